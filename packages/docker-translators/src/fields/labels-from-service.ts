import type { ServiceSettings } from "@openfactory/deploy-core";
import { withoutOwnLabels } from "../own-labels.js";

type Labels = Readonly<Record<string, string>> | null | undefined;

/**
 * `Labels` of ServiceSpec and of its ContainerSpec to `labels`, without the strategies' own. A request has a label on
 * both; where the two differ, the container's is told, so that the difference shows.
 */
export function fromServiceLabels(ofService: Labels, ofContainer: Labels): Pick<ServiceSettings, "labels"> {
  const labels = withoutOwnLabels({ ...ofService, ...ofContainer });
  return Object.keys(labels).length === 0 ? {} : { labels };
}
