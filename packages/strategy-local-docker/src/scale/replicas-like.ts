import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import {
  containerReplicas,
  OPERATION_LABEL,
  PINNED_LABEL,
  REPLACES_LABEL,
  REPLICA_LABEL,
} from "@openfactory/docker-translators";
import type { SeenMember } from "../family/member.js";
import { type PlannedContainer, replicaContainer } from "../planned-container.js";
import { imageLookup } from "../settings/image-lookup.js";
import { toldSettings } from "../settings/told-settings.js";

/** All replicas that there are to be, each asked for as those were that are there, and of their image. @throws DeploymentError as containerReplicas. */
export async function replicasLike(
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
