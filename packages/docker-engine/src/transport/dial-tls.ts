import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { TlsMaterial } from "../endpoint/endpoint.js";

export function dialTls(host: string, port: number, { ca, cert, key, verify }: TlsMaterial): TLSSocket {
  // Server names of TLS are names only, never addresses.
  const servername = isIP(host) ? "" : host;
  return connect({ host, port, servername, ca, cert, key, rejectUnauthorized: verify, minVersion: "TLSv1.2" });
}
