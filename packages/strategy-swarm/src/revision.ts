import { hash } from "node:crypto";
import type { ServiceSpec } from "@openfactory/docker-engine";

/** With the keys of every object in one order, in which managers of different versions need not give them. */
const ordered = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * `ServiceStatus.revision`: a hash of the service's spec. The swarm's own version index changes with every step of an
 * update as well, and so would refuse an update of a service that nobody has changed.
 */
export const revisionOf = (spec: ServiceSpec): string => hash("sha256", JSON.stringify(spec, ordered)).slice(0, 32);
