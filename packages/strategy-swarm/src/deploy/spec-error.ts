import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { type DockerEngine, engineFault, withNetworkField } from "@openfactory/docker-engine";
import { findService } from "../observe/services.js";

/** A port that another service publishes has the status of every other flaw of a specification: only words tell it. */
const PORT_IN_USE = /port '?(\d+)'? is already in use by service '?([^'\s]+)/;

const wordsOf = (error: DeploymentError): string => engineFault(error)?.message ?? error.message;

/** What kept a service from being made, in the contract's codes (Engine API, ServiceCreate). */
export async function explainCreateError(
  engine: DockerEngine,
  request: NormalizedRequest,
  error: unknown,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  const { name } = request;
  if (error.code === "CONFLICT") return nameInUse(error, name);
  // The swarm looks at ports before it looks at names: a name in use is told as such all the same.
  const port = PORT_IN_USE.exec(wordsOf(error));
  if (port !== null && (port[2] === name || (await exists(engine, name)))) return nameInUse(error, name);
  return explainSpecError(request, error);
}

type Subject = Pick<NormalizedRequest, "name" | "networks">;

/** Does what the swarm may refuse for a service's specification, and tells that in the contract's codes. */
export async function withSpecErrors<Result>(subject: Subject, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw explainSpecError(subject, error);
  }
}

function explainSpecError(request: Subject, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const { name, networks = [] } = request;
  const context = { service: name, cause: error.cause };
  const words = wordsOf(error);

  if (error.code === "NETWORK_NOT_FOUND") return withNetworkField(error, request);
  // A network of one node only is refused with 403, which otherwise stands for refused credentials.
  if (engineFault(error)?.statusCode === 403 && /network/i.test(words)) {
    const network = named(words, networks);
    return new DeploymentError(
      "CONFLICT",
      `Network ${network} is no network of the swarm: it exists on one node only.`,
      {
        ...context,
        field: `networks[${Math.max(0, networks.indexOf(network))}]`,
        hint: "Create it as an overlay network (`docker network create --driver overlay ...`), or use one that is.",
      },
    );
  }
  const port = PORT_IN_USE.exec(words);
  if (port !== null) {
    return new DeploymentError("CONFLICT", `Host port ${port[1]} is published by service ${port[2]} already.`, {
      ...context,
      field: "ports",
      hint: "Publish another host port, or remove that service.",
    });
  }
  return error;
}

const nameInUse = ({ cause }: DeploymentError, name: string): DeploymentError =>
  new DeploymentError("ALREADY_EXISTS", `There is a service named ${name} already.`, {
    service: name,
    field: "name",
    hint: "Choose another name, or remove that service first; it was left as it is.",
    cause,
  });

const exists = async (engine: DockerEngine, name: string): Promise<boolean> => {
  try {
    await findService(engine, name);
    return true;
  } catch {
    return false;
  }
};

/** The network that the engine's words name. */
const named = (words: string, networks: readonly string[]): string =>
  networks.find((network) => words.includes(network)) ?? networks.join(" or ");
