import { DeploymentError } from "@openfactory/deploy-core";

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

const EXAMPLES = "unix:///var/run/docker.sock, tcp://host:2376, ssh://user@host or npipe:////./pipe/docker_engine";

interface Address {
  text: string;
  source: string;
}

const malformed = ({ text, source }: Address, why: string): DeploymentError => {
  // What stands before an @ may be a password.
  const shown = text.replace(/\/\/[^@/]*@/, "//***@");
  return new DeploymentError("INVALID_REQUEST", `The engine address "${shown}" (${source}) is invalid: ${why}.`, {
    hint: `Use an address such as ${EXAMPLES}.`,
  });
};

function toUrl(address: Address, text: string): URL {
  try {
    // URL only splits host and port of the schemes it knows.
    return new URL(text.replace(/^[a-z]+:/, "http:"));
  } catch {
    throw malformed(address, "no valid host name and port");
  }
}

function tcp(address: Address, scheme: string, tls: TlsMaterial | undefined): TcpEndpoint {
  const text = address.text.replace(/^(\w+:\/\/):/, "$1localhost:");
  const url = toUrl(address, text);
  if (url.username || url.password) throw malformed(address, "user names and passwords are not allowed");
  if (url.search || url.hash) throw malformed(address, "a query string is not allowed");
  const material = tls ?? (scheme === "https" ? { verify: true } : undefined);
  const given = /^\w+:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(text)?.[1];
  const port = given === undefined ? (material ? 2376 : 2375) : Number(given);
  if (port === 0) throw malformed(address, "port 0 can't be connected to");
  return {
    kind: "tcp",
    host: `tcp://${url.hostname}:${port}${url.pathname.replace(/\/+$/, "")}`,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    pathPrefix: url.pathname.replace(/\/+$/, ""),
    tls: material,
  };
}

function ssh(address: Address): SshEndpoint {
  const url = toUrl(address, address.text);
  if (url.password) throw malformed(address, "a password is not allowed; use a key or an SSH agent");
  if (url.search || url.hash) throw malformed(address, "a query string is not allowed");
  const user = decodeURIComponent(url.username);
  // The name becomes an argument of ssh, where a leading dash would make it an option.
  if (user.startsWith("-") || url.hostname.startsWith("-")) throw malformed(address, "a name starts with a dash");
  const socketPath = url.pathname.replace(/\/+$/, "");
  if (!/^[\w./-]*$/.test(socketPath)) throw malformed(address, "invalid characters in the socket path");
  const port = /:(\d+)(?:\/|$)/.exec(address.text.slice("ssh://".length))?.[1];
  return {
    kind: "ssh",
    host: `ssh://${user ? `${user}@` : ""}${url.hostname}${port ? `:${port}` : ""}${socketPath}`,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    ...(port ? { port: Number(port) } : {}),
    ...(user ? { user } : {}),
    ...(socketPath ? { socketPath } : {}),
  };
}

function socket(address: Address, scheme: string): Endpoint {
  const path = address.text.slice(`${scheme}://`.length);
  if (path === "") throw malformed(address, "the path is missing");
  if (scheme === "unix" && !path.startsWith("/")) throw malformed(address, "a socket path must start with a slash");
  return { kind: "socket", host: address.text, path };
}

/**
 * An address as the docker command takes it: `unix://`, `npipe://`, `tcp://`, `http(s)://`, `ssh://`, or `host:port`.
 * @param source what gave it, for errors.
 * @param tls for TCP; TLS without a port means 2376, otherwise 2375. `https` has TLS in any case.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export function parseHost(text: string, source: string, tls?: TlsMaterial): Endpoint {
  const trimmed = text.trim();
  const address = { text: trimmed.includes("://") ? trimmed : `tcp://${trimmed}`, source };
  if (trimmed === "") throw malformed({ text, source }, "it is empty");
  if (/[\s\0]/.test(trimmed)) throw malformed({ text: trimmed, source }, "it contains white space");
  if (/^[/.\\]/.test(trimmed)) throw malformed({ text: trimmed, source }, "a path must start with unix://");
  const scheme = address.text.slice(0, address.text.indexOf("://"));
  switch (scheme) {
    case "unix":
    case "npipe":
      return socket(address, scheme);
    case "tcp":
    case "http":
    case "https":
      return tcp(address, scheme, tls);
    case "ssh":
      return ssh(address);
    case "fd":
      throw malformed(address, "fd:// is a setting of the engine, not an address for clients");
    default:
      throw malformed(address, `unknown scheme ${scheme}://`);
  }
}
