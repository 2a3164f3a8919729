import { isNetworkParameter } from "./kernel.js";
import type { Mount } from "./mounts.js";
import { normalizeTarget } from "./paths.js";

/** The fields of a request that engines don't accept, or don't apply, together. */
export interface ConflictingFields {
  networks?: readonly string[] | undefined;
  sysctls?: Readonly<Record<string, string>> | undefined;
  privileged?: boolean | undefined;
  capDrop?: readonly string[] | undefined;
  shmSize?: number | undefined;
  mounts?: readonly Mount[] | undefined;
  devices?: readonly { target: string }[] | undefined;
}

interface Finding {
  path: (string | number)[];
  message: string;
}

/** Where the kernel's shared memory is in a container. */
const SHARED_MEMORY = "/dev/shm";

/** Finds fields that an engine rejects together, or of which it silently ignores one. */
export function findSettingConflicts(request: ConflictingFields): Finding[] {
  const { networks = [], sysctls = {}, privileged, capDrop = [], shmSize, mounts = [], devices = [] } = request;
  const findings: Finding[] = [];
  if (networks.includes("host")) {
    for (const name of Object.keys(sysctls).filter(isNetworkParameter)) {
      findings.push({ path: ["sysctls", name], message: "can't be set on the network host: it belongs to the host" });
    }
  }
  if (privileged === true && capDrop.length > 0) {
    const message = "has no effect with privileged: a privileged container has all capabilities. Remove one of them";
    findings.push({ path: ["capDrop"], message });
  }
  const deviceTargets = new Map(devices.map(({ target }, index) => [target, index]));
  mounts.forEach(({ Target }, index) => {
    const target = normalizeTarget(Target);
    const path = ["mounts", index, "Target"];
    if (shmSize !== undefined && target === SHARED_MEMORY) {
      findings.push({ path, message: `${SHARED_MEMORY} is already mounted by shmSize` });
    }
    const device = deviceTargets.get(target);
    if (device !== undefined) findings.push({ path, message: `${Target} is already used by devices[${device}]` });
  });
  return findings;
}
