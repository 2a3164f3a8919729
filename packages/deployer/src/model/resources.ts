import { createHash } from "node:crypto";
import type { NormalizedRequest, ResourceKind, ResourceSpec } from "@openfactory/deploy-core";
import { PROJECT_LABEL, RESOURCE_LABEL, RUN_LABEL, SPEC_LABEL } from "./labels.js";
import { fileLabels, type Scope } from "./ownership.js";
import type { DesiredResource } from "./project.js";
import { canonicalJson } from "./request-hash.js";

/** Identifies a resource in a label, e.g. `config/web-conf-1a2b`. */
export const resourceId = ({ kind, name }: { kind: ResourceKind; name: string }): string => `${kind}/${name}`;

export const isVolume = (id: string): boolean => id.startsWith("volume/");

/** The ids of the resources that a request uses. */
export const resourcesOf = ({ networks, configs, secrets, mounts }: NormalizedRequest): string[] => [
  ...(networks ?? []).map((name) => resourceId({ kind: "network", name })),
  ...(configs ?? []).map(({ name }) => resourceId({ kind: "config", name })),
  ...(secrets ?? []).map(({ name }) => resourceId({ kind: "secret", name })),
  ...(mounts ?? []).flatMap(({ Type, Source }) =>
    Type === "volume" && Source !== undefined ? [resourceId({ kind: "volume", name: Source })] : [],
  ),
];

/** The spec of a desired resource with the ownership labels added. */
export const withResourceLabels = (resource: DesiredResource, scope: Scope, run: string): ResourceSpec => {
  const { key, spec } = resource;
  const hash = specHash(resource);
  const labels = {
    ...spec.labels,
    [PROJECT_LABEL]: scope.project,
    ...fileLabels(scope, resource.file),
    [RESOURCE_LABEL]: key,
    [RUN_LABEL]: run,
    ...(hash !== undefined && { [SPEC_LABEL]: hash }),
  };
  return { ...spec, labels };
};

/** Hash of the options of a network or volume. Undefined for configs and secrets: their names identify their content. */
export function specHash({ spec }: DesiredResource): string | undefined {
  if (spec.kind === "config" || spec.kind === "secret") return undefined;
  const { name: _, labels: __, ...options } = spec;
  return `sha256:${createHash("sha256").update(canonicalJson(options)).digest("hex")}`;
}
