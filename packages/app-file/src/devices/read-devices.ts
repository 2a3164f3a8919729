import type { ReadApp } from "../checks/read-app.js";
import type { SharedContext } from "../request/part.js";

/** The services of the devices in a file's `devices:`. */
export function readDevices(keys: readonly string[], { tree, findings }: SharedContext): ReadApp[] {
  for (const key of keys) {
    findings.add(
      tree.locateKey(["devices", key]),
      "devices are not supported yet",
      "Leave devices: out, or keep them in another file.",
    );
  }
  return [];
}
