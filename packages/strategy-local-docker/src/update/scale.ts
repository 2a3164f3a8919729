import {
  DeploymentError,
  type NormalizedRequest,
  type OperationOptions,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import {
  containerReplicas,
  OPERATION_LABEL,
  PINNED_LABEL,
  REPLACES_LABEL,
  REPLICA_LABEL,
} from "@openfactory/docker-translators";
import { lookAgain } from "../containers/find.js";
import type { SeenMember } from "../containers/group.js";
import { nameAt, numberOf, policyFrom, USUAL_POLICY } from "../containers/names.js";
import { rejoinNetworks, stopContainer } from "../containers/operations.js";
import { rename, settledService } from "../containers/recovery.js";
import { deployContainers } from "../deploy/deploy.js";
import { type PlannedContainer, replicaContainer } from "../deploy/plan-containers.js";
import { imageLookup } from "../images.js";
import { toldSettings } from "../settings.js";

/**
 * Sets the number of emulated replicas: the last ones go, and new ones are made after them. Of none, the first is kept,
 * stopped, as number 0. What goes wrong while new ones are made removes those again.
 * @throws DeploymentError `NOT_FOUND`, `INVALID_REQUEST`, `UNSUPPORTED` (one container that is no replica), ...
 */
export async function scaleService(
  engine: DockerEngine,
  service: string,
  replicas: number,
  options: OperationOptions,
): Promise<void> {
  if (!Number.isSafeInteger(replicas) || replicas < 0) throw notANumber(service);
  const { current } = await settledService(engine, service, options);
  const [first] = current;
  if (first?.replicaOf === undefined) throw noReplica(service);
  const planned = await replicasLike(engine, service, current, replicas);
  throwIfAborted(options.signal, { service });
  options.observer?.({ type: "step", service, step: "scale" });
  throwIfAborted(options.signal, { service });

  if (replicas > 0) await addMissing(engine, service, current, planned, options);
  const surplus = current.filter((member) =>
    replicas === 0 ? member !== first : (numberOf(service, member.base) ?? 0) > replicas,
  );
  await Promise.all(surplus.map((member) => removeReplica(engine, member)));
  if (replicas === 0) await layToRest(engine, service, first, first.policy ?? first.policyNow);
}

/** Has all that is planned run; of none, number 0 becomes number 1. */
async function addMissing(
  engine: DockerEngine,
  service: string,
  current: readonly SeenMember[],
  planned: readonly PlannedContainer[],
  options: OperationOptions,
): Promise<void> {
  const idle = current.find((member) => member.idle);
  const there = new Set(current.map(({ base }) => (base === idle?.base ? `${service}-1` : base)));
  const wanted = new Set(planned.map(({ base }) => base));
  try {
    if (idle) await wake(engine, service, idle, options);
    await deployContainers(
      engine,
      planned.filter(({ base }) => !there.has(base)),
      options,
    );
    const stopped = current.filter((member) => wanted.has(member.base) && shouldRun(member));
    await Promise.all(stopped.map(({ id }) => engine.containers.start(id)));
  } catch (error) {
    if (idle) await putToRestAgain(engine, service, idle);
    throw error;
  }
}

async function removeReplica(engine: DockerEngine, { id, details, active }: SeenMember): Promise<void> {
  if (active) await stopContainer(engine, details);
  await engine.containers.remove(id);
}

/** Keeps a replica, stopped, as what is left of a service that has none. */
async function layToRest(engine: DockerEngine, service: string, member: SeenMember, policy: string): Promise<void> {
  if (member.active) await stopContainer(engine, member.details);
  await rename(engine, member, nameAt({ base: `${service}-0`, policy }));
  if (member.policyNow !== "no") await engine.containers.update(member.id, { RestartPolicy: policyFrom("no") });
}

async function wake(
  engine: DockerEngine,
  service: string,
  member: SeenMember,
  options: OperationOptions,
): Promise<void> {
  const { id, policy = USUAL_POLICY } = member;
  await rejoinNetworks(engine, member, options);
  await engine.containers.update(id, { RestartPolicy: policyFrom(policy) });
  await engine.containers.rename(id, `${service}-1`);
  await engine.containers.start(id, { signal: options.signal });
}

async function putToRestAgain(
  engine: DockerEngine,
  service: string,
  { id, policy = USUAL_POLICY }: SeenMember,
): Promise<void> {
  for (const member of await lookAgain(engine, [{ id }])) await layToRest(engine, service, member, policy);
}

/** Made and not started, or stopped, though it is to run: by a scaling that was cut off. */
const shouldRun = ({ idle, active, startedAt, policyNow }: SeenMember): boolean =>
  !idle && !active && (startedAt === -Infinity || policyNow === USUAL_POLICY);

const notANumber = (service: string): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `The number of replicas of ${service} is not a whole number of at least 0.`, {
    service,
    hint: "Give the number of replicas that should run.",
  });

const noReplica = (service: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `${service} is one container, and no emulated replica.`, {
    service,
    hint: "Update it with the option emulateReplicas and the mode Replicated.",
  });

/** All replicas that there are to be, each asked for as those were that are there, and of their image. @throws DeploymentError as containerReplicas. */
async function replicasLike(
  engine: DockerEngine,
  service: string,
  current: readonly SeenMember[],
  replicas: number,
): Promise<PlannedContainer[]> {
  const [first] = current;
  const images = imageLookup(engine);
  const settings = await toldSettings(
    service,
    current.map(({ details }) => details),
    images,
  );
  if (first === undefined || settings === undefined) return [];
  const { Image: id, Config } = first.details;
  // The tag may have moved on since.
  const image = (await images(Config.Image))?.Id === id ? Config.Image : id;
  const request = { ...settings, image, mode: { Replicated: { Replicas: replicas } } } as NormalizedRequest;
  const labels = ownLabels(Config.Labels, first.version);
  return containerReplicas(request).replicas.map((replica) => replicaContainer(replica, service, labels));
}

/** They are of one version, whatever is made when. */
function ownLabels(labels: Readonly<Record<string, string>>, version: string): PlannedContainer["labels"] {
  const same = [REPLICA_LABEL, REPLACES_LABEL, PINNED_LABEL].flatMap((label) =>
    labels[label] === undefined ? [] : [[label, labels[label]]],
  );
  return { ...Object.fromEntries(same), [OPERATION_LABEL]: version };
}
