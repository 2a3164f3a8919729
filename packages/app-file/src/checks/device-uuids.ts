import type { ReadDevice } from "../devices/read-devices.js";
import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import { citePlace } from "./place.js";

/** Two devices of one uuid would be one asset: a finding at the second. Those with services have names to differ by. */
export function checkDeviceUuids(devices: readonly ReadDevice[], findings: Findings): void {
  const firsts = new Map<string, ReadDevice>();
  for (const each of devices) {
    const { device, path, tree } = each;
    const first = firsts.get(device.uuid);
    firsts.set(device.uuid, first ?? each);
    if (first === undefined || (first.device.services.length > 0 && device.services.length > 0)) continue;
    const here = tree.locate([...path, "uuid"]);
    const place = citePlace(first.tree.locate([...first.path, "uuid"]), here);
    const message = `the device ${quote(device.key)} has the uuid of the device ${quote(first.device.key)} (${place})`;
    findings.add(here, message, "Give each device a uuid of its own.");
  }
}
