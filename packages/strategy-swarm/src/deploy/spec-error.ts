import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { type DockerEngine, engineErrorCause, engineMessage, withNetworkField } from "@openfactory/docker-engine";
import { findService } from "../observe/services.js";

/** The swarm reports a port in use with the status of any invalid specification: only its message distinguishes it. */
const PORT_IN_USE = /port '?(\d+)'? is already in use by service '?([^'\s]+)/;

/** Translates an error of the creation of a service to the contract's codes (Engine API, ServiceCreate). */
export async function explainCreateError(
  engine: DockerEngine,
  request: NormalizedRequest,
  error: unknown,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  const { name } = request;
  if (error.code === "CONFLICT") return nameInUse(error, name);
  // The swarm checks ports before names. A name in use is the more useful error.
  const port = PORT_IN_USE.exec(engineMessage(error));
  if (port !== null && (port[2] === name || (await exists(engine, name)))) return nameInUse(error, name);
  return explainSpecError(request, error);
}

type Subject = Pick<NormalizedRequest, "name" | "networks">;

/** Runs `work`, which sends the spec of a service, and translates its errors to the contract's codes. */
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
  const message = engineMessage(error);

  if (error.code === "NETWORK_NOT_FOUND") return withNetworkField(error, request);
  // 403 otherwise means refused credentials; here, a network that exists on one node only.
  if (engineErrorCause(error)?.statusCode === 403 && /network/i.test(message)) {
    const network = networkIn(message, networks);
    return new DeploymentError(
      "CONFLICT",
      `Network ${network} is not a network of the swarm: it exists on one node only.`,
      {
        ...context,
        field: `networks[${Math.max(0, networks.indexOf(network))}]`,
        hint: "Create an overlay network (`docker network create --driver overlay <name>`), or use an existing one.",
      },
    );
  }
  const port = PORT_IN_USE.exec(message);
  if (port !== null) {
    return new DeploymentError("CONFLICT", `Host port ${port[1]} is already published by service ${port[2]}.`, {
      ...context,
      field: "ports",
      hint: `Publish another host port, or remove service ${port[2]}.`,
    });
  }
  return error;
}

/** The network that the engine's message names. */
const networkIn = (message: string, networks: readonly string[]): string =>
  networks.find((network) => message.includes(network)) ?? networks.join(" or ");

const nameInUse = ({ cause }: DeploymentError, name: string): DeploymentError =>
  new DeploymentError("ALREADY_EXISTS", `A service named ${name} already exists.`, {
    service: name,
    field: "name",
    hint: "Choose another name, or remove the existing service first. The service was not changed.",
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
