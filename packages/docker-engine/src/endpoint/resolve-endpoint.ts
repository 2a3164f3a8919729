import { type Environment, readCurrentContext } from "./docker-config.js";
import { DEFAULT_CONTEXT, readContext } from "./contexts.js";
import { parseHost, type ResolvedEndpoint } from "./endpoint.js";
import { environmentTls } from "./tls-files.js";

export interface EndpointInput {
  /** An address, as of `--host`. */
  host?: string;
  /** A context's name, as of `--context`. */
  context?: string;
  env: Environment;
  platform: NodeJS.Platform;
}

/** One way to name an engine: its endpoint, or undefined if the input does not name one that way. */
type EndpointSource = (input: EndpointInput) => ResolvedEndpoint | undefined;

/** The first one that names an engine wins; otherwise it is the default socket. */
const SOURCES: readonly EndpointSource[] = [hostOption, contextOption, dockerHost, dockerContext, currentContext];

/**
 * Finds the engine as the docker command does. Reads the user's Docker configuration; opens no connection.
 * @param input `env` defaults to the process's environment, `platform` to the machine's.
 * @throws DeploymentError `INVALID_REQUEST`: a malformed address, an unknown context, a broken configuration.
 */
export function resolveEndpoint(input: Partial<EndpointInput> = {}): ResolvedEndpoint {
  const complete: EndpointInput = {
    host: input.host,
    context: input.context,
    env: input.env ?? process.env,
    platform: input.platform ?? process.platform,
  };
  for (const source of SOURCES) {
    const endpoint = source(complete);
    if (endpoint !== undefined) return endpoint;
  }
  return defaultSocket(complete);
}

/** The caller's address. */
function hostOption({ host, env }: EndpointInput): ResolvedEndpoint | undefined {
  if (host === undefined) return undefined;
  return { ...parseHost(host, "--host", environmentTls(env)), source: "--host" };
}

/** The caller's context; `default` means the environment's address, or the default socket. */
function contextOption(input: EndpointInput): ResolvedEndpoint | undefined {
  const { context, env } = input;
  if (context === undefined) return undefined;
  if (context === DEFAULT_CONTEXT) return dockerHost(input) ?? defaultSocket(input);
  return { ...readContext(context, "--context", env), source: `context "${context}"` };
}

/** The address in `DOCKER_HOST`. */
function dockerHost({ env }: EndpointInput): ResolvedEndpoint | undefined {
  const host = env["DOCKER_HOST"];
  if (!host) return undefined;
  return { ...parseHost(host, "DOCKER_HOST", environmentTls(env)), source: "DOCKER_HOST" };
}

/** The context in `DOCKER_CONTEXT`. */
function dockerContext(input: EndpointInput): ResolvedEndpoint | undefined {
  const name = input.env["DOCKER_CONTEXT"];
  if (!name) return undefined;
  if (name === DEFAULT_CONTEXT) return defaultSocket(input);
  return { ...readContext(name, "DOCKER_CONTEXT", input.env), source: `context "${name}"` };
}

/** The current context, as set by `docker context use`. */
function currentContext({ env }: EndpointInput): ResolvedEndpoint | undefined {
  const name = readCurrentContext(env);
  if (!name || name === DEFAULT_CONTEXT) return undefined;
  return { ...readContext(name, "currentContext of config.json", env), source: `context "${name}"` };
}

function defaultSocket({ platform }: EndpointInput): ResolvedEndpoint {
  const source = "the default address";
  return platform === "win32"
    ? { kind: "socket", host: "npipe:////./pipe/docker_engine", path: "//./pipe/docker_engine", source }
    : { kind: "socket", host: "unix:///var/run/docker.sock", path: "/var/run/docker.sock", source };
}
