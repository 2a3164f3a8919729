/** PEM texts, and whether the engine's certificate is checked. */
export interface TlsMaterial {
  ca?: string;
  cert?: string;
  key?: string;
  /** Default true. */
  verify: boolean;
}

interface EndpointBase {
  /** The address, e.g. `unix:///var/run/docker.sock`. Never holds a password. */
  host: string;
}

export interface SocketEndpoint extends EndpointBase {
  /** A Unix socket, or a named pipe of Windows: Node opens both by their path. */
  kind: "socket";
  path: string;
}

export interface TcpEndpoint extends EndpointBase {
  kind: "tcp";
  hostname: string;
  port: number;
  /** Of a proxy in front of the engine, without the last slash; empty for none. */
  pathPrefix: string;
  tls?: TlsMaterial;
}

export interface SshEndpoint extends EndpointBase {
  kind: "ssh";
  hostname: string;
  port?: number;
  user?: string;
  /** The engine's socket on the other side. Default: where the docker command there finds it. */
  socketPath?: string;
}

export type Endpoint = SocketEndpoint | TcpEndpoint | SshEndpoint;

/** An address together with what told it, for errors and for `ofdeploy doctor`. */
export type ResolvedEndpoint = Endpoint & {
  /** e.g. `DOCKER_HOST`, `context "prod"`. */
  source: string;
};
