import type { ServiceSettings } from "@openfactory/deploy-core";
import type { InspectedContainer } from "../engine-api/container.js";

/** The engine's default bridge, which a container is on that asks for no network. */
const DEFAULT_NETWORK = "bridge";

/** The names of the networks it is on, sorted: which was named first means nothing to the process. */
export function networksOf({ Networks }: InspectedContainer["NetworkSettings"]): Pick<ServiceSettings, "networks"> {
  const networks = Object.keys(Networks).sort();
  return networks.length === 0 || (networks.length === 1 && networks[0] === DEFAULT_NETWORK) ? {} : { networks };
}
