import { createHash } from "node:crypto";
import type { NormalizedRequest, RequestField, ServiceSettings } from "@openfactory/deploy-core";

type Part = Partial<NormalizedRequest>;

const sorted = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);

/** Fields whose order says nothing. */
const SETS: readonly RequestField[] = ["env", "ports", "networks", "constraints"];

/** What a service is that says nothing of it. */
const DEFAULTS: Part = { mode: { Replicated: { Replicas: 1 } }, restart: { Condition: "any" } };

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** What a request asks for, as far as it is honoured: sets sorted, and without what holds anyway. */
export function settingsOf(request: NormalizedRequest, honours: readonly RequestField[]): ServiceSettings {
  // There are no variables that identify a replica: `replicaEnv` changes nothing.
  const { image, name, env, replicaEnv: _, ...optional } = structuredClone(request);
  const asked = Object.entries(optional)
    .map(([field, value]) => [field as RequestField, value] as const)
    .filter(([field, value]) => field !== "imagePullPolicy" && honours.includes(field) && !isEmpty(value))
    .filter(([field, value]) => JSON.stringify(DEFAULTS[field]) !== JSON.stringify(value))
    .map(([field, value]) => [field, SETS.includes(field) ? sorted(value as unknown[]) : value]);
  return { image, name, env: sorted(env), ...(Object.fromEntries(asked) as Part) };
}

/** Another one for every other request. */
export const revisionOf = (request: NormalizedRequest): string =>
  createHash("sha256").update(JSON.stringify(request)).digest("hex");
