import { DeploymentError, trimEnd } from "@openfactory/deploy-core";

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
  /** Path of a proxy in front of the engine, without a trailing slash; empty without one. */
  pathPrefix: string;
  tls?: TlsMaterial;
}

export interface SshEndpoint extends EndpointBase {
  kind: "ssh";
  hostname: string;
  port?: number;
  user?: string;
  /** The engine's socket on the remote host. Default: the one of the docker command there. */
  socketPath?: string;
}

export type Endpoint = SocketEndpoint | TcpEndpoint | SshEndpoint;

/** An address with the setting that it comes from, for errors and `ofdeploy doctor`. */
export type ResolvedEndpoint = Endpoint & {
  /** e.g. `DOCKER_HOST`, `context "prod"`. */
  source: string;
};

const EXAMPLES = "unix:///var/run/docker.sock, tcp://host:2376, ssh://user@host or npipe:////./pipe/docker_engine";

interface Address {
  text: string;
  source: string;
}

const invalid = ({ text, source }: Address, reason: string): DeploymentError => {
  // The text before an @ may be a password.
  const shown = text.replace(/\/\/[^@/]*@/, "//***@");
  return new DeploymentError("INVALID_REQUEST", `The engine address "${shown}" (${source}) is invalid: ${reason}.`, {
    hint: `Use an address such as ${EXAMPLES}.`,
  });
};

function toUrl(address: Address, text: string): URL {
  try {
    // URL parses host and port only for the schemes that it knows.
    return new URL(text.replace(/^[a-z]+:/, "http:"));
  } catch {
    throw invalid(address, "no valid host name and port");
  }
}

function tcp(address: Address, scheme: string, tls: TlsMaterial | undefined): TcpEndpoint {
  const text = address.text.replace(/^(\w+:\/\/):/, "$1localhost:");
  const url = toUrl(address, text);
  if (url.username || url.password) throw invalid(address, "user names and passwords are not allowed");
  if (url.search || url.hash) throw invalid(address, "a query string is not allowed");
  const material = tls ?? (scheme === "https" ? { verify: true } : undefined);
  const given = /^\w+:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(text)?.[1];
  const port = given === undefined ? (material ? 2376 : 2375) : Number(given);
  if (port === 0) throw invalid(address, "port 0 can't be connected to");
  return {
    kind: "tcp",
    host: `tcp://${url.hostname}:${port}${trimEnd(url.pathname, "/")}`,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    pathPrefix: trimEnd(url.pathname, "/"),
    tls: material,
  };
}

function decodeName(address: Address, encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalid(address, "the user name has an invalid % escape");
  }
}

function ssh(address: Address): SshEndpoint {
  const url = toUrl(address, address.text);
  if (url.password) throw invalid(address, "a password is not allowed; use a key or an SSH agent");
  if (url.search || url.hash) throw invalid(address, "a query string is not allowed");
  const user = decodeName(address, url.username);
  // The name becomes an argument of ssh: with a leading dash it would be an option.
  if (user.startsWith("-") || url.hostname.startsWith("-")) throw invalid(address, "a name starts with a dash");
  const socketPath = trimEnd(url.pathname, "/");
  if (!/^[\w./-]*$/.test(socketPath)) throw invalid(address, "invalid characters in the socket path");
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
  if (path === "") throw invalid(address, "the path is missing");
  if (scheme === "unix" && !path.startsWith("/")) throw invalid(address, "a socket path must start with a slash");
  return { kind: "socket", host: address.text, path };
}

/**
 * An address in the syntax of the docker command: `unix://`, `npipe://`, `tcp://`, `http(s)://`, `ssh://`, or `host:port`.
 * @param source the setting that it comes from, for errors.
 * @param tls for TCP. The default port is 2376 with TLS, and 2375 without. `https` always uses TLS.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export function parseHost(text: string, source: string, tls?: TlsMaterial): Endpoint {
  const trimmed = text.trim();
  const address = { text: trimmed.includes("://") ? trimmed : `tcp://${trimmed}`, source };
  if (trimmed === "") throw invalid({ text, source }, "it is empty");
  if (/[\s\0]/.test(trimmed)) throw invalid({ text: trimmed, source }, "it contains whitespace");
  if (/^[/.\\]/.test(trimmed)) throw invalid({ text: trimmed, source }, "a path must start with unix://");
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
      throw invalid(address, "fd:// is a setting of the engine, not an address for clients");
    default:
      throw invalid(address, `unknown scheme ${scheme}://`);
  }
}
