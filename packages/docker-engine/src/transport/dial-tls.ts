import type * as tls from "node:tls";
import { isIP } from "node:net";
import type { TlsMaterial } from "../endpoint/endpoint.js";
import { builtIn } from "./built-in.js";

const { connect } = builtIn("node:tls") as typeof tls;

export function dialTls(host: string, port: number, { ca, cert, key, verify }: TlsMaterial): tls.TLSSocket {
  // Server names of TLS are names only, never addresses.
  const servername = isIP(host) ? "" : host;
  return connect({ host, port, servername, ca, cert, key, rejectUnauthorized: verify, minVersion: "TLSv1.2" });
}
