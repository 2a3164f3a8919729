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
import { startInSlot } from "../containers/engine-slots.js";
import { inspectContainers } from "../containers/find.js";
import type { InspectedContainer } from "../containers/group.js";
import { DEFAULT_RESTART_POLICY, parseRestartPolicy, replicaNumber } from "../containers/names.js";
import { rejoinNetworks, renameContainer, startStopped, stopContainer } from "../containers/operations.js";
import { recoverService } from "../containers/recovery.js";
import { deployContainers } from "../deploy/deploy.js";
import { imageLookup } from "../deploy/images.js";
import { type PlannedContainer, replicaContainer } from "../deploy/plan-containers.js";
import { readSettings } from "../settings.js";

/**
 * Sets the number of emulated replicas: removes those with the highest numbers, or adds new ones after them. With 0 replicas,
 * the first one is kept as a placeholder, stopped, with the number 0. If adding fails, the new replicas are removed.
 * @throws DeploymentError `NOT_FOUND`, `INVALID_REQUEST`, `UNSUPPORTED` (the service has no emulated replicas), ...
 */
export async function scaleService(
  engine: DockerEngine,
  service: string,
  replicas: number,
  options: OperationOptions,
): Promise<void> {
  if (!Number.isSafeInteger(replicas) || replicas < 0) throw invalidReplicas(service);
  const { current } = await recoverService(engine, service, options);
  const [first] = current;
  if (first?.replicaOf === undefined) throw notReplicated(service);
  const planned = await planReplicas(engine, service, current, replicas);
  throwIfAborted(options.signal, { service });
  options.observer?.({ type: "step", service, step: "scale" });
  throwIfAborted(options.signal, { service });

  if (replicas > 0) await startReplicas(engine, service, current, planned, options);
  const surplus = current.filter((container) =>
    replicas === 0 ? container !== first : (replicaNumber(service, container.base) ?? 0) > replicas,
  );
  await Promise.all(surplus.map((container) => removeReplica(engine, container)));
  if (replicas === 0) await makePlaceholder(engine, service, first, first.policy ?? first.runningPolicy);
}

/** All replicas that the service will have, with the settings and the image of the present ones. @throws DeploymentError as containerReplicas. */
async function planReplicas(
  engine: DockerEngine,
  service: string,
  current: readonly InspectedContainer[],
  replicas: number,
): Promise<PlannedContainer[]> {
  const [first] = current;
  const images = imageLookup(engine);
  const settings = await readSettings(
    service,
    current.map(({ details }) => details),
    images,
  );
  if (first === undefined || settings === undefined) return [];
  const { Image: id, Config } = first.details;
  // The tag may mean another image now.
  const image = (await images(Config.Image))?.Id === id ? Config.Image : id;
  const request = { ...settings, image, mode: { Replicated: { Replicas: replicas } } } as NormalizedRequest;
  const labels = versionLabels(Config.Labels, first.version);
  return containerReplicas(request).replicas.map((replica) => replicaContainer(replica, service, labels));
}

/** New replicas belong to the version of the present ones. */
function versionLabels(labels: Readonly<Record<string, string>>, version: string): PlannedContainer["labels"] {
  const kept = [REPLICA_LABEL, REPLACES_LABEL, PINNED_LABEL].flatMap((label) =>
    labels[label] === undefined ? [] : [[label, labels[label]]],
  );
  return { ...Object.fromEntries(kept), [OPERATION_LABEL]: version };
}

/** Starts all planned replicas that do not run. A placeholder becomes number 1. */
async function startReplicas(
  engine: DockerEngine,
  service: string,
  current: readonly InspectedContainer[],
  planned: readonly PlannedContainer[],
  options: OperationOptions,
): Promise<void> {
  const placeholder = current.find((container) => container.placeholder);
  const existing = new Set(current.map(({ base }) => (base === placeholder?.base ? `${service}-1` : base)));
  const wanted = new Set(planned.map(({ base }) => base));
  try {
    if (placeholder) await startPlaceholder(engine, service, placeholder, options);
    await deployContainers(
      engine,
      planned.filter(({ base }) => !existing.has(base)),
      options,
    );
    const stopped = current.filter((container) => wanted.has(container.base) && shouldRun(container));
    await Promise.all(stopped.map((container) => startStopped(engine, container, {})));
  } catch (error) {
    if (placeholder) await restorePlaceholder(engine, service, placeholder);
    throw error;
  }
}

async function removeReplica(engine: DockerEngine, { id, details, active }: InspectedContainer): Promise<void> {
  if (active) await stopContainer(engine, details);
  await engine.containers.remove(id);
}

/** Stops a replica, and keeps it as the placeholder of a service that has no replicas. */
async function makePlaceholder(
  engine: DockerEngine,
  service: string,
  container: InspectedContainer,
  policy: string,
): Promise<void> {
  if (container.active) await stopContainer(engine, container.details);
  await renameContainer(engine, container, { base: `${service}-0`, policy });
  if (container.currentPolicy !== "no")
    await engine.containers.update(container.id, { RestartPolicy: parseRestartPolicy("no") });
}

async function startPlaceholder(
  engine: DockerEngine,
  service: string,
  container: InspectedContainer,
  options: OperationOptions,
): Promise<void> {
  const { id, policy = DEFAULT_RESTART_POLICY } = container;
  await rejoinNetworks(engine, container, options);
  await engine.containers.update(id, { RestartPolicy: parseRestartPolicy(policy) });
  await engine.containers.rename(id, `${service}-1`);
  await startInSlot(engine, id, { signal: options.signal });
}

async function restorePlaceholder(
  engine: DockerEngine,
  service: string,
  { id, policy = DEFAULT_RESTART_POLICY }: InspectedContainer,
): Promise<void> {
  for (const container of await inspectContainers(engine, [{ id }]))
    await makePlaceholder(engine, service, container, policy);
}

/** A replica that was stopped, or that an interrupted scale() created without starting it. */
const shouldRun = ({ placeholder, active, startedAt, stopped }: InspectedContainer): boolean =>
  !placeholder && !active && (startedAt === -Infinity || stopped);

const invalidReplicas = (service: string): DeploymentError =>
  new DeploymentError(
    "INVALID_REQUEST",
    `The number of replicas of service ${service} must be a whole number, 0 or more.`,
    {
      service,
      hint: "Correct the number of replicas.",
    },
  );

const notReplicated = (service: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `Service ${service} can't be scaled: it runs without emulated replicas.`, {
    service,
    hint: "Deploy the service with the platform option emulateReplicas=true and a replicated mode, then scale it.",
  });
