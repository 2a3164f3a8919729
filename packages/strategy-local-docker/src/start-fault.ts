import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { type DockerEngine, engineFault } from "@openfactory/docker-engine";

/**
 * What kept a container from starting. The engine answers most of it with status 500 and says the cause in words
 * alone (Engine API, ContainerStart), so here its words are read.
 */
export async function explainStartFault(
  engine: DockerEngine,
  request: NormalizedRequest,
  error: unknown,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  const context = { service: request.name, cause: error.cause };
  const words = engineFault(error)?.message ?? error.message;
  if (/port is already allocated|address already in use/i.test(words)) {
    const port = portIn(words, request);
    return new DeploymentError("CONFLICT", `Host port ${port} is in use on ${engine.host}.`, {
      ...context,
      field: "ports",
      hint: "Publish another host port, or stop what listens on it.",
    });
  }
  const missing = /network|NOT_FOUND/i.test(`${words} ${error.code}`) ? await missingNetwork(engine, request) : undefined;
  if (missing !== undefined) {
    return new DeploymentError("NETWORK_NOT_FOUND", `There is no network ${missing} on ${engine.host}.`, {
      ...context,
      field: `networks[${request.networks?.indexOf(missing) ?? 0}]`,
      hint: `Create it first (\`docker network create ${missing}\`), or correct the name.`,
    });
  }
  if (/no such file or directory|executable file not found|permission denied|OCI runtime|not a directory/i.test(words)) {
    return new DeploymentError("TASK_FAILED", `The process of ${request.name} can't be started: ${essence(words)}.`, {
      ...context,
      hint: "Check command, user, mounts and limits against what the image and the engine have.",
    });
  }
  return error;
}

/** What runc says, without the layers that pass it on. */
const essence = (words: string): string =>
  words.replace(/^.*(?:unable to start container process|error during container init): /s, "").replace(/(: unknown)?\.?$/, "");

/** The port that the engine's words name, or all that the request publishes. */
const portIn = (words: string, { ports = [] }: NormalizedRequest): string => {
  const published = ports.flatMap((port) => (port.published === undefined ? [] : [String(port.published)]));
  return published.find((port) => new RegExp(`:${port}\\b`).test(words)) ?? published.join(" or ");
};

const missingNetwork = async (engine: DockerEngine, { networks = [] }: NormalizedRequest): Promise<string | undefined> => {
  for (const network of networks) {
    try {
      await engine.networks.inspect(network);
    } catch (error) {
      if (DeploymentError.isInstance(error, "NOT_FOUND")) return network;
    }
  }
  return undefined;
};
