import { createHash } from "node:crypto";
import type { ContainerDetails } from "@openfactory/docker-engine";

/** What can be changed of a container while it stays the same one (Engine API, ContainerUpdate). */
const CHANGEABLE = [
  "BlkioWeight",
  "CpuShares",
  "CpuPeriod",
  "CpuQuota",
  "CpuRealtimePeriod",
  "CpuRealtimeRuntime",
  "CpusetCpus",
  "CpusetMems",
  "Memory",
  "MemoryReservation",
  "MemorySwap",
  "NanoCpus",
  "PidsLimit",
  "RestartPolicy",
];

/** Tells one state of a service from another: which containers it is, with their limits, restart policies and networks. */
export function revisionOf(containers: readonly ContainerDetails[]): string {
  const states = containers.map(({ Id, HostConfig, NetworkSettings }) => [
    Id,
    CHANGEABLE.map((key) => HostConfig[key] ?? null),
    Object.keys(NetworkSettings.Networks).sort(),
  ]);
  return createHash("sha256").update(JSON.stringify(states)).digest("hex").slice(0, 32);
}
