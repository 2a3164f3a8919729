import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { mustRun } from "@openfactory/test-engine";

/** Version 2 has one tree of groups; version 1 has one for each controller. */
const V2 = "/sys/fs/cgroup/cgroup.controllers";
const NAME = "openfactory-bench";
const PERIOD_US = 100_000;
const QUOTA_US = 25_000;

/**
 * Limits this process, and all that it starts from now on, to a quarter of one core, as on a small PC: the contenders and the
 * engine, but not the processes in containers, which the engine puts into other groups.
 * @returns how to end the limit of this process.
 * @throws Error without root or without the controller `cpu`.
 */
export async function limitToQuarter(): Promise<{ description: string; end: () => void }> {
  await mustRun("taskset", ["--cpu-list", "--pid", "0", String(process.pid)]);
  const isV2 = existsSync(V2);
  const parent = isV2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
  if (!existsSync(parent)) throw new Error(`--quarter requires the cgroup controller cpu, which ${parent} lacks.`);
  const group = `${parent}/${NAME}`;
  mkdirSync(group, { recursive: true });
  if (isV2) {
    writeFileSync(`${parent}/cgroup.subtree_control`, "+cpu");
    writeFileSync(`${group}/cpu.max`, `${QUOTA_US} ${PERIOD_US}`);
  } else {
    writeFileSync(`${group}/cpu.cfs_period_us`, String(PERIOD_US));
    writeFileSync(`${group}/cpu.cfs_quota_us`, String(QUOTA_US));
  }
  writeFileSync(`${group}/cgroup.procs`, String(process.pid));
  return {
    description: "a quarter of one core",
    end() {
      for (const pid of readFileSync(`${group}/cgroup.procs`, "utf8").split("\n").filter(Boolean)) move(pid, parent);
      rmdirSync(group);
    },
  };
}

/** Moves a process to a group, unless it has ended meanwhile. */
function move(pid: string, group: string): void {
  try {
    writeFileSync(`${group}/cgroup.procs`, pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
