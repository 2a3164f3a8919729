import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { engineFault } from "@openfactory/docker-engine";

/** What kept a service from being made, in the contract's codes (Engine API, ServiceCreate). */
export function explainCreateFault(request: NormalizedRequest, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const { name, networks = [] } = request;
  const context = { service: name, cause: error.cause };
  const { message: words, statusCode } = engineFault(error) ?? { message: error.message };

  if (error.code === "CONFLICT") {
    return new DeploymentError("ALREADY_EXISTS", `There is a service named ${name} already.`, {
      ...context,
      field: "name",
      hint: "Choose another name, or remove that service first; it was left as it is.",
    });
  }
  if (error.code === "NETWORK_NOT_FOUND") {
    const index = networks.findIndex((network) => error.message === `There is no network ${network}.`);
    const field = index === -1 ? "networks" : `networks[${index}]`;
    return new DeploymentError(error.code, error.message, { ...context, field, hint: error.hint });
  }
  // A network of one node only is refused with 403, which otherwise stands for refused credentials.
  if (statusCode === 403 && /network/i.test(words)) {
    const network = named(words, networks);
    return new DeploymentError("CONFLICT", `Network ${network} is no network of the swarm: it exists on one node only.`, {
      ...context,
      field: `networks[${Math.max(0, networks.indexOf(network))}]`,
      hint: "Create it as an overlay network (`docker network create --driver overlay ...`), or use one that is.",
    });
  }
  // A port that another service publishes has the status of every other flaw of a specification: only words tell it.
  const port = /port '?(\d+)'? is already in use by service '?([^'\s]+)/.exec(words);
  if (port !== null) {
    return new DeploymentError("CONFLICT", `Host port ${port[1]} is published by service ${port[2]} already.`, {
      ...context,
      field: "ports",
      hint: "Publish another host port, or remove that service.",
    });
  }
  return error;
}

/** The network that the engine's words name. */
const named = (words: string, networks: readonly string[]): string =>
  networks.find((network) => words.includes(network)) ?? networks.join(" or ");
