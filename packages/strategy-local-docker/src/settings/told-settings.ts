import type { ServiceSettings } from "@openfactory/deploy-core";
import type { ContainerDetails } from "@openfactory/docker-engine";
import { fromContainer, PINNED_LABEL, REPLICA_LABEL, withoutReplicaNumber } from "@openfactory/docker-translators";
import { seenMember } from "../family/member.js";
import { numberOf, policyFrom } from "../family/place.js";
import type { ImageLookup } from "./image-lookup.js";
import { pinned, repoDigests } from "./repo-digest.js";

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
export const replicatedMode = (Replicas: number): Pick<ServiceSettings, "mode"> =>
  Replicas === 1 ? {} : { mode: { Replicated: { Replicas } } };
