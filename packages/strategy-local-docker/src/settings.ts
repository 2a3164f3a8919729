import {
  DeploymentError,
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import {
  asCreated,
  containerReplicas,
  fromContainer,
  PINNED_LABEL,
  REPLICA_LABEL,
  withoutReplicaNumber,
} from "@openfactory/docker-translators";
import { createHash } from "node:crypto";
import { seenMember } from "./containers/group.js";
import { numberOf, policyFrom } from "./containers/names.js";
import { imageLookup, type ImageLookup, pinned, repoDigests } from "./images.js";
import type { LocalDockerOptions } from "./options.js";

/**
 * The settings that the service will have that is made from a request.
 * @throws DeploymentError `UNSUPPORTED`, `INVALID_REQUEST`; with the pull policy `always`, `IMAGE_NOT_FOUND` and
 * `UNAUTHORIZED`.
 */
export async function settingsOf(
  engine: DockerEngine,
  request: NormalizedRequest,
  { emulateReplicas }: LocalDockerOptions,
  options: OperationOptions,
): Promise<ServiceSettings> {
  const replicas = emulateReplicas ? containerReplicas(request).replicas.length : 1;
  const [image, apiVersion] = await Promise.all([
    imageLookup(engine)(request.image),
    engine.apiVersion({ signal: options.signal }),
  ]);
  return {
    ...fromContainer(asCreated(request, image?.Config, { apiVersion }), image?.Config),
    ...replicatedMode(replicas),
    image:
      request.imagePullPolicy === "always"
        ? pinned(
            request.image,
            await digestOf(engine, request.image, image ? repoDigests(image, request.image) : [], options),
          )
        : request.image,
  };
}

/** No registry answered, or the engine asks none. */
const UNANSWERED: ReadonlySet<string> = new Set(["ENGINE_ERROR", "TIMEOUT", "UNSUPPORTED"]);

/**
 * What the registry has now. Of the digests that the engine knows the same image by, it is the one that containers of
 * that image tell. No registry in reach: what the engine has is what a container would be made of.
 */
async function digestOf(
  engine: DockerEngine,
  image: string,
  known: readonly string[],
  { signal }: OperationOptions,
): Promise<string | undefined> {
  if (image.includes("@")) return undefined;
  try {
    const digest = await engine.images.digest(image, { signal });
    return known.includes(digest) ? known[0] : digest;
  } catch (error) {
    if (!DeploymentError.isInstance(error) || !UNANSWERED.has(error.code)) throw error;
    return known[0];
  }
}

/** What the containers of a service were asked to be, as one request: the first stands for all, which are alike. */
export async function toldSettings(
  service: string,
  containers: readonly ContainerDetails[],
  images: ImageLookup,
): Promise<ServiceSettings | undefined> {
  const [first] = containers;
  if (first === undefined) return undefined;
  const image = await images(first.Image);
  const { Image, Labels } = first.Config;
  const digest = image && Labels[PINNED_LABEL] !== undefined ? repoDigests(image, Image)[0] : undefined;
  const { idle, base, policy = "" } = seenMember(first);
  const asRunning = idle ? { ...first, HostConfig: { ...first.HostConfig, RestartPolicy: policyFrom(policy) } } : first;
  const settings = { ...fromContainer(asRunning, image?.Config), name: service, image: pinned(Image, digest) };
  if (Labels[REPLICA_LABEL] === undefined) return settings;
  const env = withoutReplicaNumber(settings.env, numberOf(service, base) || 1).sort();
  return { ...settings, env, ...replicatedMode(idle ? 0 : containers.length) };
}

/** One replica, as without a mode, is nothing that was asked for. */
const replicatedMode = (Replicas: number): Pick<ServiceSettings, "mode"> =>
  Replicas === 1 ? {} : { mode: { Replicated: { Replicas } } };

/** What can be changed of a container while it stays the same one (Engine API, ContainerUpdate). */
const CHANGEABLE = [
  "BlkioWeight",
  "CpuShares",
  "CpuPeriod",
  "CpuQuota",
  "CpuRealtimePeriod",
  "CpuRealtimeRuntime",
  "CpusetCpus",
  "CpusetMems",
  "Memory",
  "MemoryReservation",
  "MemorySwap",
  "NanoCpus",
  "PidsLimit",
  "RestartPolicy",
];

/** Tells one state of a service from another: which containers it is, with their limits, restart policies and networks. */
export function revisionOf(containers: readonly ContainerDetails[]): string {
  const states = containers.map(({ Id, HostConfig, NetworkSettings }) => [
    Id,
    CHANGEABLE.map((key) => HostConfig[key] ?? null),
    Object.keys(NetworkSettings.Networks).sort(),
  ]);
  return createHash("sha256").update(JSON.stringify(states)).digest("hex").slice(0, 32);
}
