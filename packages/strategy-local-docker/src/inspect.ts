import { type OperationOptions, type ServiceStatus, withoutOwnSecrets } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { withoutOwnLabels } from "@openfactory/docker-translators";
import { lookUpFamily, mustBeThere } from "./family/look-up.js";
import { isUnfinished, read } from "./family/reading.js";
import { type ImageLookup, imageLookup } from "./settings/image-lookup.js";
import { revisionOf } from "./settings/revision.js";
import { toldSettings } from "./settings/told-settings.js";
import { serviceStatus } from "./status.js";

/** A service as it is, and as it was asked to be. @throws DeploymentError `NOT_FOUND`. */
export async function inspectService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ServiceStatus> {
  const family = await lookUpFamily(engine, serviceName, options);
  const { current, previous } = read(family);
  mustBeThere(engine, serviceName, current);
  const containers = current.map(({ details }) => details);
  const before = previous[0]?.details.Config;
  const status = serviceStatus(serviceName, containers);
  return withoutOwnSecrets({
    ...status,
    ...((isUnfinished(family) || status.unfinished) && { unfinished: true }),
    ...(await identity(serviceName, containers, imageLookup(engine))),
    ...(before && { previous: { image: before.Image, labels: withoutOwnLabels(before.Labels) } }),
  });
}

/** What only the containers themselves tell, and no listing. */
export async function identity(
  serviceName: string,
  containers: readonly ContainerDetails[],
  images: ImageLookup,
): Promise<Pick<ServiceStatus, "settings" | "revision">> {
  return { settings: await toldSettings(serviceName, containers, images), revision: revisionOf(containers) };
}
