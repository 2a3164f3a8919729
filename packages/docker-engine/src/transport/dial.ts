import { connect as connectSocket } from "node:net";
import type { Duplex } from "node:stream";
import type { Environment } from "../config/config-directory.js";
import type { Endpoint } from "../endpoint/endpoint.js";

/** Opens one connection to the engine. */
export type Dial = () => Duplex;

/** How connections to an endpoint are opened; what only TLS or SSH need is loaded for these only. */
export async function dialerFor(endpoint: Endpoint, env: Environment): Promise<Dial> {
  switch (endpoint.kind) {
    case "socket":
      return () => connectSocket(endpoint.path);
    case "ssh": {
      const { dialSsh } = await import("./dial-ssh.js");
      return () => dialSsh(endpoint, env);
    }
    case "tcp": {
      const { hostname, port, tls } = endpoint;
      if (tls === undefined) return () => connectSocket({ host: hostname, port });
      const { dialTls } = await import("./dial-tls.js");
      return () => dialTls(hostname, port, tls);
    }
  }
}
