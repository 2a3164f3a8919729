import type { ServiceSettings } from "@openfactory/deploy-core";
import type { ImageConfig, InspectedContainer } from "../engine-api/container.js";
import { healthcheckOf } from "./healthcheck.js";
import {
  capabilitiesOf,
  initOf,
  openFilesOf,
  readOnlyOf,
  resourcesOf,
  restartOf,
  stopGracePeriodOf,
} from "./host-config.js";
import { mountsOf } from "./mounts.js";
import { networksOf } from "./networks.js";
import { portsOf } from "./ports.js";
import { commandOf, envOf, hostnameOf, labelsOf, userOf } from "./process.js";

/**
 * What a container was asked to be: the way back from ContainerInspect (Engine API) to the fields of a request. What
 * the engine or the image fills in by itself is left out, as is what equals the engine's default, so that two
 * containers made from requests of one meaning have equal settings.
 * @param image config of the very image that the container was made from; undefined: it is not known (any more), and
 * all that the container has counts as asked for.
 */
export function fromContainer(container: InspectedContainer, image: ImageConfig = {}): ServiceSettings {
  const { Config, HostConfig, Name, NetworkSettings } = container;
  return {
    image: Config.Image,
    name: Name.slice(1),
    env: envOf(Config, image),
    ...labelsOf(Config, image),
    ...commandOf(Config, image),
    ...userOf(Config, image),
    ...hostnameOf(container),
    ...healthcheckOf(Config, image),
    ...stopGracePeriodOf(Config),
    ...portsOf(HostConfig),
    ...networksOf(NetworkSettings),
    ...mountsOf(HostConfig),
    ...resourcesOf(HostConfig),
    ...openFilesOf(HostConfig),
    ...restartOf(HostConfig),
    ...initOf(HostConfig),
    ...readOnlyOf(HostConfig),
    ...capabilitiesOf(HostConfig),
  };
}
