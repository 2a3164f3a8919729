import { isMetadataLabel, type NormalizedRequest, type ServiceSettings } from "@openfactory/deploy-core";
import type { ImageConfig, InspectedContainer } from "../engine-api/container-types.js";
import { hasKeys } from "../plain-data.js";
import { withoutStrategyLabels } from "../strategy-labels.js";

type LabelsField = Pick<NormalizedRequest, "labels">;
type LabelsSetting = Pick<ServiceSettings, "labels">;
type Labels = Readonly<Record<string, string>> | null | undefined;

/** `labels` to `Labels` of ContainerConfig and ServiceSpec. */
export const toLabels = ({ labels }: LabelsField): { Labels?: Record<string, string> } =>
  labels === undefined ? {} : { Labels: { ...labels } };

/**
 * `labels` to `Labels` of ContainerSpec, without the metadata of the deployer: another label there makes the swarm replace
 * every task.
 */
export const toTaskLabels = ({ labels }: LabelsField): { Labels?: Record<string, string> } =>
  labels === undefined
    ? {}
    : { Labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isMetadataLabel(label))) };

/** `Labels` of ContainerConfig to `labels`, without those of the strategies and those of the image. */
export function fromContainerLabels({ Labels }: InspectedContainer["Config"], image: ImageConfig): LabelsSetting {
  const inherited = new Map(Object.entries(image.Labels ?? {}));
  const own = Object.entries(withoutStrategyLabels(Labels)).filter(([name, value]) => inherited.get(name) !== value);
  return own.length === 0 ? {} : { labels: Object.fromEntries(own) };
}

/**
 * `Labels` of ServiceSpec and of its ContainerSpec to `labels`, without those of the strategies. A request sets a label on
 * both; where the two differ, the container's value is used, so that the difference shows.
 */
export function fromServiceLabels(ofService: Labels, ofContainer: Labels): LabelsSetting {
  const labels = withoutStrategyLabels({ ...ofService, ...ofContainer });
  return hasKeys(labels) ? { labels } : {};
}
