import { createHash } from "node:crypto";
import type { ResourceSpec } from "@openfactory/deploy-core";
import { canonicalJson } from "../canonical-json.js";
import type { DesiredResource } from "../desired.js";
import { PROJECT_LABEL, RESOURCE_LABEL, RUN_LABEL, SPEC_LABEL } from "../ownership/labels.js";
import { fileLabels, type Scope } from "../ownership/ownership.js";

/** What is made for a desired resource: with the labels by which it is known as the project's. */
export const markedResource = (resource: DesiredResource, scope: Scope, run: string): ResourceSpec => {
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

/** Hash of what was asked for, of networks and volumes; the names of configs and secrets say what is in them. */
export function specHash({ spec }: DesiredResource): string | undefined {
  if (spec.kind === "config" || spec.kind === "secret") return undefined;
  const { name: _, labels: __, ...options } = spec;
  return `sha256:${createHash("sha256").update(canonicalJson(options)).digest("hex")}`;
}
