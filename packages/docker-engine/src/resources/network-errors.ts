import { DeploymentError, type ErrorCode, type ErrorSubject } from "@openfactory/deploy-core";
import type { EngineCalls } from "../connection/engine-call.js";
import { isMissing } from "../connection/shared-calls.js";
import type { CallOptions } from "../engine.js";
import type { NetworkDetails } from "../engine-types.js";
import { engineFault } from "../errors/engine-error.js";

type Named = Pick<NetworkDetails, "Id" | "Name" | "Driver" | "Scope" | "Created">;

/** What is wrong with a name that several networks have, and what to do. */
export interface AmbiguousNetwork {
  /** One sentence, without a full stop. Names the networks by their ids. */
  message: string;
  hint: string;
}

const REMOVE = "Keep one of them and remove the others by id";

/**
 * Whether a name stands for several networks: which of them an engine would take can't be known, and newer engines refuse
 * the name. An id stands for one network only.
 * @param networks those that can be meant, of any name.
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
    hint: `${REMOVE}: docker network rm ${found
      .slice(1)
      .map(({ Id }) => shortId(Id))
      .join(" ")}`,
  };
}

const shortId = (id: string): string => id.slice(0, 12);

/** The name that an engine refuses because several networks have it. Only the engine's words say so. */
const ambiguousName = (error: unknown): string | undefined =>
  /network (\S+) is ambiguous/i.exec(engineFault(error)?.message ?? "")?.[1];

/** Whether an engine refuses the name of a network because several networks have it. */
export const isAmbiguousRefusal = (error: unknown): boolean => ambiguousName(error) !== undefined;

/** The engine's refusal of a name that several networks have: 400, 404 or 500, by call and version; only words tell. */
export function ambiguousRefusal(error: DeploymentError): DeploymentError | undefined {
  const name = ambiguousName(error);
  if (name === undefined) return undefined;
  const hint = `${REMOVE} (docker network ls shows them, docker network rm <id> removes one).`;
  return retold(error, "CONFLICT", hint, { kind: "network", name });
}

/** The same error with what was found out about it. */
export const retold = (
  error: DeploymentError,
  code: ErrorCode,
  hint: string,
  subject?: ErrorSubject,
): DeploymentError =>
  new DeploymentError(code, error.message, { hint, cause: error.cause, ...(subject && { subject }) });

const networkMissing = (error: DeploymentError, network: string): DeploymentError =>
  new DeploymentError("NETWORK_NOT_FOUND", `There is no network ${network}.`, {
    hint: `Create it first (docker network create ${network}; for a swarm, with --driver overlay), or correct its name.`,
    cause: error.cause,
    subject: { kind: "network", name: network },
  });

/** The error about one of a service's networks, with the service and the field of the request that names the network. */
export function withNetworkField(
  error: DeploymentError,
  { name, networks = [] }: { name: string; networks?: readonly string[] },
): DeploymentError {
  const { code, message, hint, cause, subject } = error;
  const index = networks.indexOf(subject?.name ?? "");
  const field = index === -1 ? "networks" : `networks[${index}]`;
  return new DeploymentError(code, message, { service: name, field, hint, cause, ...(subject && { subject }) });
}

/** The error of the first of these networks that is not there; undefined if none is missing. */
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
