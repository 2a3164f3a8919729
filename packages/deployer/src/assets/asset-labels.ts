import type { AssetReferences } from "@openfactory/deploy-core";
import type { DesiredApp } from "../desired.js";
import { DEVICE_LABEL, REFERENCES_LABEL, UUID_LABEL } from "../ownership/labels.js";

/** Prefix of the labels that hold an asset's place in the Unified Namespace. */
const UNS = "openfactory.uns.";
const METRICS_PORT = "openfactory.metrics.port";
const METRICS_PATH = "openfactory.metrics.path";

type Labels = Readonly<Record<string, string>>;

/** The labels by which a service is known later to be an asset, or part of one. */
export function assetLabels({ device }: DesiredApp, env: readonly string[]): Record<string, string> {
  if (device === undefined) {
    const uuid = variable(env, "APP_UUID");
    return uuid === undefined ? {} : { [UUID_LABEL]: uuid };
  }
  const { key, uuid, references } = device;
  return {
    [DEVICE_LABEL]: key,
    [UUID_LABEL]: uuid,
    ...(references !== undefined && { [REFERENCES_LABEL]: JSON.stringify(references) }),
  };
}

/**
 * What labels say of the asset.
 * @param known the UUID of a service whose labels do not hold it, since an earlier release made it.
 */
export function readAssetLabels(known: string, labels: Labels) {
  const device = labels[DEVICE_LABEL];
  const references = parseReferences(labels[REFERENCES_LABEL]);
  const port = labels[METRICS_PORT];
  return {
    uuid: labels[UUID_LABEL] ?? known,
    uns: Object.fromEntries(
      Object.entries(labels).flatMap(([label, value]) =>
        label.startsWith(UNS) ? [[label.slice(UNS.length), value]] : [],
      ),
    ),
    ...(port !== undefined && { metrics: { port, path: labels[METRICS_PATH] ?? "/metrics" } }),
    ...(device !== undefined && { device }),
    ...(references !== undefined && { references }),
  };
}

const variable = (env: readonly string[], name: string): string | undefined =>
  env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);

/** Labels can be changed by hand: what is no JSON counts as not there. */
function parseReferences(label: string | undefined): AssetReferences | undefined {
  if (label === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(label);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as AssetReferences)
      : undefined;
  } catch {
    return undefined;
  }
}
