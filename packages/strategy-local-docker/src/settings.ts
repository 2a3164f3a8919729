import { hash } from "node:crypto";
import {
  DeploymentError,
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import {
  expectedContainer,
  containerReplicas,
  fromContainer,
  PINNED_LABEL,
  REPLICA_LABEL,
  withoutReplicaNumber,
} from "@openfactory/docker-translators";
import { toInspectedContainer } from "./containers/group.js";
import { replicaNumber, parseRestartPolicy } from "./containers/names.js";
import { imageLookup, type ImageLookup, pinDigest, repoDigests } from "./deploy/images.js";
import type { LocalDockerOptions } from "./options.js";

/**
 * The settings that a service created from a request will have.
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
    ...fromContainer(expectedContainer(request, image?.Config, { apiVersion }), image?.Config),
    ...replicatedMode(replicas),
    image:
      request.imagePullPolicy === "always"
        ? pinDigest(
            request.image,
            await digestOf(engine, request.image, image ? repoDigests(image, request.image) : [], options),
          )
        : request.image,
  };
}

/** The registry did not answer, or the engine asks none. */
const NO_ANSWER: ReadonlySet<string> = new Set(["ENGINE_ERROR", "TIMEOUT", "UNSUPPORTED"]);

/**
 * The digest that the registry has for the tag now. If the engine knows the same image by several digests, it is the one that
 * {@link readSettings} returns for containers of that image. If no registry answers, it is the digest of the engine's image.
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
    if (!DeploymentError.isInstance(error) || !NO_ANSWER.has(error.code)) throw error;
    return known[0];
  }
}

/** The settings of a service, read back from its containers. All have the same settings, so the first one is enough. */
export async function readSettings(
  service: string,
  containers: readonly ContainerDetails[],
  images: ImageLookup,
): Promise<ServiceSettings | undefined> {
  const [first] = containers;
  if (first === undefined) return undefined;
  const image = await images(first.Image);
  const { Image, Labels } = first.Config;
  const digest = image && Labels[PINNED_LABEL] !== undefined ? repoDigests(image, Image)[0] : undefined;
  const { placeholder, base, policy, stopped, runningPolicy } = toInspectedContainer(first);
  // Containers that are kept stopped, such as the previous version, have their policy in their name.
  const asRunning =
    policy !== undefined || stopped
      ? {
          ...first,
          HostConfig: {
            ...first.HostConfig,
            RestartPolicy: parseRestartPolicy(policy ?? runningPolicy),
          },
        }
      : first;
  const settings = {
    ...withoutServiceAlias(fromContainer(asRunning, image?.Config), service),
    name: service,
    image: pinDigest(Image, digest),
  };
  if (Labels[REPLICA_LABEL] === undefined) return settings;
  const env = withoutReplicaNumber(settings.env, replicaNumber(service, base) || 1).sort();
  return { ...settings, env, ...replicatedMode(placeholder ? 0 : containers.length) };
}

/** One of several containers has the name of its service as an alias, which is no setting. */
function withoutServiceAlias({ networkAliases, ...settings }: ServiceSettings, service: string): ServiceSettings {
  const own = networkAliases?.filter((alias) => alias !== service) ?? [];
  return own.length === 0 ? settings : { ...settings, networkAliases: own };
}

/** One replica is the default, and no setting. */
const replicatedMode = (Replicas: number): Pick<ServiceSettings, "mode"> =>
  Replicas === 1 ? {} : { mode: { Replicated: { Replicas } } };

/** The settings of a container that can change without a new container (Engine API, ContainerUpdate). */
const UPDATABLE = [
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

/** The revision of a service: a hash of its containers with their limits, restart policies and networks. */
export function revisionOf(containers: readonly ContainerDetails[]): string {
  const states = containers.map(({ Id, HostConfig, NetworkSettings }) => [
    Id,
    UPDATABLE.map((key) => HostConfig[key] ?? null),
    Object.keys(NetworkSettings.Networks).sort(),
  ]);
  return hash("sha256", JSON.stringify(states)).slice(0, 32);
}
