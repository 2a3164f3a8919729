import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { TaskSpec } from "../engine-api/service.js";
import { sortedSet } from "../support/sorted.js";

/** Names of networks by id: engines keep ids, whatever a service was made with. */
export type NetworkNames = ReadonlyMap<string, string>;

/** `Networks` of TaskSpec to `networks`, by name, as a sorted set. A network that is not known is told by what it has. */
export function fromTaskNetworks(
  { Networks }: Answered<Pick<TaskSpec, "Networks">>,
  names: NetworkNames,
): Pick<ServiceSettings, "networks"> {
  const networks = sortedSet(Networks?.map(({ Target }) => names.get(Target ?? "") ?? Target ?? ""));
  return networks.length === 0 ? {} : { networks };
}
