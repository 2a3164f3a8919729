import { DeploymentError, type ErrorCode, type ErrorSubject } from "@openfactory/deploy-core";
import type { EngineCalls } from "../connection/engine-call.js";
import { isMissing, shortId } from "../connection/shared-calls.js";
import type { CallOptions } from "../engine.js";
import type { NetworkDetails } from "../engine-types.js";
import { engineErrorCause } from "../errors/engine-error.js";

type Named = Pick<NetworkDetails, "Id" | "Name" | "Driver" | "Scope" | "Created">;

/** The problem that several networks have the same name. */
export interface AmbiguousNetwork {
  /** One sentence, without a full stop. Names the networks by their ids. */
  message: string;
  hint: string;
}

const REMOVE = "Keep one of them and remove the others by id";

/**
 * The problem if several networks have a name: older engines use any of them, newer ones reject the name. Undefined if one
 * or none has it, and for an id.
 * @param networks the candidates, of any name.
 */
export function ambiguousNetwork(name: string, networks: readonly Named[]): AmbiguousNetwork | undefined {
  if (networks.some(({ Id }) => Id === name)) return undefined;
  const found = networks
    .filter(({ Name }) => Name === name)
    .sort((a, b) => (`${a.Created} ${a.Id}` < `${b.Created} ${b.Id}` ? -1 : 1));
  if (found.length < 2) return undefined;
  const each = found.map(
    ({ Id, Driver, Created }) =>
      `${shortId(Id)} (${[Driver, Created && `created ${Created.slice(0, 19)}`].filter(Boolean).join(", ")})`,
  );
  return {
    message: `There are ${found.length} networks named ${name}: ${each.join(" and ")}`,
    hint: `${REMOVE}: \`docker network rm ${found
      .slice(1)
      .map(({ Id }) => shortId(Id))
      .join(" ")}\`.`,
  };
}

/** The name that an engine rejects because several networks have it. Only the engine's text shows this. */
const ambiguousName = (error: unknown): string | undefined =>
  /network (\S+) is ambiguous/i.exec(engineErrorCause(error)?.message ?? "")?.[1];

/** Whether an engine rejects the name of a network because several networks have it. */
export const isAmbiguousNetworkError = (error: unknown): boolean => ambiguousName(error) !== undefined;

/** The error for a name that several networks have. Engines send 400, 404 or 500, by call and version. */
export function ambiguousNetworkError(error: DeploymentError): DeploymentError | undefined {
  const name = ambiguousName(error);
  if (name === undefined) return undefined;
  const hint = `${REMOVE} (\`docker network ls\` shows them, \`docker network rm <id>\` removes one).`;
  return recodeError(error, "CONFLICT", hint, { kind: "network", name });
}

/** The same error with another code and hint. */
export const recodeError = (
  error: DeploymentError,
  code: ErrorCode,
  hint: string,
  subject?: ErrorSubject,
): DeploymentError =>
  new DeploymentError(code, error.message, { hint, cause: error.cause, ...(subject && { subject }) });

const networkMissing = (error: DeploymentError, network: string): DeploymentError =>
  new DeploymentError("NETWORK_NOT_FOUND", `There is no network ${network}.`, {
    hint: `Create it first (\`docker network create ${network}\`; for a swarm, with --driver overlay), or correct its name.`,
    cause: error.cause,
    subject: { kind: "network", name: network },
  });

/** The error of a service's network, with the service and the request's field that names the network. */
export function withNetworkField(
  error: DeploymentError,
  { name, networks = [] }: { name: string; networks?: readonly string[] },
): DeploymentError {
  const { code, message, hint, cause, subject } = error;
  const index = networks.indexOf(subject?.name ?? "");
  const field = index === -1 ? "networks" : `networks[${index}]`;
  return new DeploymentError(code, message, { service: name, field, hint, cause, ...(subject && { subject }) });
}

/** The error for the first of these networks that is missing; undefined if all exist. */
export async function firstMissingNetwork(
  error: DeploymentError,
  calls: EngineCalls,
  names: readonly unknown[],
  options?: CallOptions,
): Promise<DeploymentError | undefined> {
  for (const name of names) {
    if (typeof name !== "string" || name === "" || name === "default" || name.startsWith("container:")) continue;
    if (await isMissing(calls, "network", name, options)) return networkMissing(error, name);
  }
  return undefined;
}
