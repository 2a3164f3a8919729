import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { mustRun } from "@openfactory/test-engine";

/** Version 2 of cgroups has one tree of groups; version 1 has one for each controller. */
const ROOT = "/sys/fs/cgroup";
const V2 = `${ROOT}/cgroup.controllers`;
const NAME = "openfactory-bench";
const PERIOD_US = 100_000;
const QUOTA_US = 25_000;

export interface Limits {
  /** A quarter of one core. Default: all cores. */
  quarter?: boolean;
  /** Memory in MB. V8 chooses the size of its heap from it. Default: all of the machine. */
  memoryMb?: number | undefined;
}

/** A controller of cgroups, and the contents of its files. */
interface Controller {
  readonly name: string;
  readonly v1: Readonly<Record<string, number>>;
  readonly v2: Readonly<Record<string, number | string>>;
}

/**
 * Limits this process, and all that it starts from now on, as on a small PC: the contenders and the engine, but not the processes in
 * containers, which the engine puts into other groups.
 * @returns how to end the limits of this process.
 * @throws Error without root or without the controllers `cpu` and `memory`.
 */
export async function limitProcess({
  quarter = false,
  memoryMb,
}: Limits): Promise<{ description: string; end: () => void }> {
  const controllers: Controller[] = [];
  const descriptions: string[] = [];
  if (quarter) {
    await mustRun("taskset", ["--cpu-list", "--pid", "0", String(process.pid)]);
    const v1 = { "cpu.cfs_period_us": PERIOD_US, "cpu.cfs_quota_us": QUOTA_US };
    controllers.push({ name: "cpu", v1, v2: { "cpu.max": `${QUOTA_US} ${PERIOD_US}` } });
    descriptions.push("a quarter of one core");
  }
  if (memoryMb !== undefined) {
    const bytes = memoryMb * 1024 ** 2;
    controllers.push({ name: "memory", v1: { "memory.limit_in_bytes": bytes }, v2: { "memory.max": bytes } });
    descriptions.push(`${memoryMb} MB of memory`);
  }
  const groups = controllers.map(enterGroup);
  return {
    description: descriptions.join(", ") || "all cores",
    end: () => new Set(groups).forEach(leaveGroup),
  };
}

/** Moves this process to the group of a controller. Returns the group. */
function enterGroup({ name, v1, v2 }: Controller): string {
  const isV2 = existsSync(V2);
  const parent = isV2 ? ROOT : `${ROOT}/${name}`;
  if (!existsSync(parent)) throw new Error(`This limit requires the cgroup controller ${name}, which ${parent} lacks.`);
  const group = `${parent}/${NAME}`;
  mkdirSync(group, { recursive: true });
  if (isV2) writeFileSync(`${parent}/cgroup.subtree_control`, `+${name}`);
  for (const [file, content] of Object.entries(isV2 ? v2 : v1)) writeFileSync(`${group}/${file}`, String(content));
  writeFileSync(`${group}/cgroup.procs`, String(process.pid));
  return group;
}

/** Moves all processes of a group to its parent, and removes the group. */
function leaveGroup(group: string): void {
  for (const pid of readFileSync(`${group}/cgroup.procs`, "utf8").split("\n").filter(Boolean)) {
    try {
      writeFileSync(`${group}/../cgroup.procs`, pid);
    } catch (error) {
      // It has ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  rmdirSync(group);
}
