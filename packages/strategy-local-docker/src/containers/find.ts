import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { familiesOf, type Family, listedMember, type Member, type SeenMember, seenMember } from "./group.js";
import { placeOf } from "./names.js";
import { inspectIfThere } from "./operations.js";
import { ownedByOther } from "./other-orchestrators.js";
import { read } from "./state.js";

/** What the engine takes for a container's name (Engine API, ContainerCreate); nothing else is ever asked for. */
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * The containers of the service of exactly that name, in whichever place; none: there is no such service.
 * @throws DeploymentError `CONFLICT` if a container of another orchestrator has the name, and the service has none.
 */
export async function lookUpFamily(
  engine: DockerEngine,
  service: string,
  options: OperationOptions = {},
): Promise<Family<SeenMember>> {
  if (!CONTAINER_NAME.test(service)) return [];
  const base = placeOf(service).base.replaceAll(".", "\\.");
  // Names are filtered by regular expression, with their slash or without.
  const places = `^/?${base}(-[0-9]+)?(\\..+)?$`;
  const listed = await engine.containers.list({ name: [places] }, { signal: options.signal });
  const members = listed.map(listedMember);
  const family = familiesOf(members).get(service) ?? [];
  if (family.length === 0) mustNotBeForeign(service, members);
  const seen = await lookAgain(engine, family, options);
  return familiesOf(seen).get(service) ?? [];
}

function mustNotBeForeign(service: string, members: readonly Member[]): void {
  const holder = members.find(({ name }) => name === service);
  if (holder?.foreign !== undefined) throw ownedByOther("CONFLICT", service, holder.foreign, { service });
}

/** Looks at containers themselves: those that are there still, with their names as they are now. */
export async function lookAgain(
  engine: DockerEngine,
  members: readonly { readonly id: string }[],
  options: OperationOptions = {},
): Promise<Family<SeenMember>> {
  const found = await Promise.all(members.map(({ id }) => inspectIfThere(engine, id, options)));
  return found.filter((container) => container !== undefined).map(seenMember);
}

/** @throws DeploymentError `NOT_FOUND`, if there is none: `current` is empty. */
export function mustBeThere(engine: DockerEngine, service: string, current: readonly unknown[]): void {
  if (current.length > 0) return;
  const name = CONTAINER_NAME.test(service) ? service : JSON.stringify(service);
  throw new DeploymentError("NOT_FOUND", `There is no container ${name} on ${engine.host}.`, {
    hint: "Names are exact; `ofdeploy ps` or `docker ps --all` lists what is there.",
  });
}

/**
 * The containers of the service of exactly that name: the one container so called, or its emulated replicas.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function containersOf(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions = {},
): Promise<ContainerDetails[]> {
  const one = await inspectExactly(engine, serviceName, options);
  if (one !== undefined && isWholeService(one, serviceName)) return [one];
  const { current } = read(await lookUpFamily(engine, serviceName, options));
  mustBeThere(engine, serviceName, current);
  return current.map(({ details }) => details);
}

/**
 * Whether a container is all of the service of its name. A replica is found by its service's name only, so that `demo-1` is
 * never taken for a service of its own; and one beside a service's name, such as `demo.previous`, only if it is none of that
 * service's. Of a container that this strategy did not make, only a list tells whether another orchestrator owns it.
 */
const isWholeService = ({ Config: { Labels } }: ContainerDetails, service: string): boolean =>
  Labels[OPERATION_LABEL] !== undefined && Labels[REPLICA_LABEL] === undefined && placeOf(service).role === undefined;

/** The engine also takes ids, and the beginnings of ids, for names: only the exact name counts here. */
async function inspectExactly(
  engine: DockerEngine,
  name: string,
  options: OperationOptions,
): Promise<ContainerDetails | undefined> {
  if (!CONTAINER_NAME.test(name)) return undefined;
  const container = await inspectIfThere(engine, name, options);
  return container?.Name === `/${name}` ? container : undefined;
}
