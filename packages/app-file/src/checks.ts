import {
  hostAddressesOverlap,
  isSameDriver,
  type PortInput,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import { citePlace, Findings, quote } from "./findings.js";
import type { ReadApp, ReadDevice, ReadKey } from "./located.js";
import type { AppProject } from "./model.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** How many characters a name may have. */
const MAX_NAME_LENGTH = 255;

/** Control characters, and what some terminals take for a line break. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Why a name can't stand in commands and in their output. */
function keyFault(key: string): string | undefined {
  if (key.trim() === "") return "is empty";
  if (key.length > MAX_NAME_LENGTH) return `has at most ${MAX_NAME_LENGTH} characters`;
  if (CONTROL.test(key)) return "has no control characters";
  return key.startsWith("-") ? "does not begin with -, as options do" : undefined;
}

/** A key names an app or a device on the command line. One that is declared twice in a project is a finding at the second. */
export function checkKeys(keys: readonly ReadKey[], findings: Findings): void {
  const firsts = new Map<string, ReadKey>();
  for (const each of keys) {
    const fault = keyFault(each.key);
    if (fault !== undefined) {
      const hint = "Rename it: commands such as `ofdeploy logs` know apps and devices by these names.";
      findings.add(
        each.tree.locateKey(each.path),
        `${each.path[0] === "apps" ? "an app" : "a device"}'s name ${fault}`,
        hint,
      );
    }
    const first = firsts.get(each.key);
    if (first === undefined) {
      firsts.set(each.key, each);
      continue;
    }
    const here = each.tree.locateKey(each.path);
    const place = citePlace(first.tree.locateKey(first.path), here);
    findings.add(
      here,
      `${each.path.map(String).join(".")}: ${quote(each.key)} is declared already (${place})`,
      "Rename one of them: commands such as `ofdeploy logs` know apps and devices by these names.",
    );
  }
}

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

const uuidOf = ({ path }: ReadApp) => [...path, "uuid"];

/** Two apps of one service name would be one service: a finding at the second. */
export function checkServiceNames(apps: readonly ReadApp[], findings: Findings): void {
  const firsts = new Map<string, ReadApp>();
  for (const each of apps) {
    const { app, tree } = each;
    if (tree.isBroken(uuidOf(each))) continue;
    const first = firsts.get(app.service);
    if (first === undefined) {
      firsts.set(app.service, each);
      continue;
    }
    // One app in two files: its key is a finding already.
    if (first.app.key === app.key) continue;
    const here = tree.locate(uuidOf(each));
    const place = citePlace(first.tree.locate(uuidOf(first)), here);
    findings.add(
      here,
      `the app ${quote(app.key)} has the service name of the app ${quote(first.app.key)} (${place})`,
      "Give each app a uuid of its own; upper and lower case are the same.",
    );
  }
}

interface Publication {
  key: string;
  port: PortInput;
  /** Its entry in `ports:`. */
  path: FilePath;
  tree: SourceTree;
}

/** Two apps on one host port: a finding at the second. */
export function checkHostPorts(apps: readonly ReadApp[], findings: Findings): void {
  const taken = Map.groupBy(apps.flatMap(publications), hostPort);
  for (const [name, rivals] of taken) {
    rivals.forEach((second, index) => {
      const earlier = rivals.slice(0, index).filter(({ key }) => key !== second.key);
      const first = earlier.find((other) => hostAddressesOverlap(other.port.hostAddress, second.port.hostAddress));
      if (first === undefined) return;
      const here = second.tree.locate(second.path);
      const which = second.tree.isInterpolated(second.path) ? "its host port" : `host port ${name}`;
      findings.add(
        here,
        `the app ${quote(second.key)} can't publish ${which}: ` +
          `the app ${quote(first.key)} (${citePlace(first.tree.locate(first.path), here)}) does`,
        "Give one of them another host port.",
      );
    });
  }
}

const hostPort = ({ port }: Publication): string => `${port.published}/${port.protocol ?? "tcp"}`;

function publications({ app: { key }, entry, publishes, path, tree }: ReadApp): Publication[] {
  const all =
    publishes ??
    (entry.ports ?? []).flatMap((list, index) => list.map((port) => ({ port, path: [...path, "ports", index] })));
  return all.filter(({ port }) => port.published !== undefined).map((each) => ({ ...each, key, tree }));
}

/** A storage that is a Docker volume. */
interface VolumeUse {
  /** The app's. */
  key: string;
  volume: string;
  driver: VolumeDriver;
  /** The storage in the file. */
  path: FilePath;
  tree: SourceTree;
}

/**
 * Two storages that have one volume name and other driver options: a finding at the later one. The name of an NFS volume is
 * OpenFactory's, in which `/srv/line_1` and `/srv/line/1` are the same. Docker mounts whichever volume was made first.
 */
export function checkVolumeNames(apps: readonly ReadApp[], findings: Findings): void {
  const byVolume = Map.groupBy(apps.flatMap(volumeUses), ({ volume }) => volume);
  for (const [first, ...others] of byVolume.values()) {
    for (const other of others) {
      if (first && !isSameDriver(first.driver, other.driver)) addVolumeConflict(first, other, findings);
    }
  }
}

function addVolumeConflict(first: VolumeUse, second: VolumeUse, findings: Findings): void {
  const here = second.tree.locate(second.path);
  const place = citePlace(first.tree.locate(first.path), here);
  const isHidden = [first, second].some(({ path, tree }) => tree.isInterpolated(path));
  const which = isHidden ? "one volume name" : `the volume name ${quote(second.volume)}`;
  const difference = isHidden ? "" : `: ${volumeDifference(second.driver, first.driver)}`;
  findings.add(
    here,
    `this storage of the app ${quote(second.key)} and a storage of the app ${quote(first.key)} (${place}) ` +
      `share ${which} and have other options${difference}`,
    "Docker would mount one of them in place of the other. Write both alike, or use another path, or add a mount option to one of them, which changes its volume name.",
  );
}

function volumeUses({ app, entry, path, tree }: ReadApp): VolumeUse[] {
  const names = Object.keys(entry.storage ?? {});
  const { mounts = [] } = app.request;
  return names.flatMap((name, index) => {
    const { Type, Source, VolumeOptions } = mounts[index] ?? {};
    const here = [...path, "storage", name];
    if (Type !== "volume" || Source == null || tree.isBroken(here)) return [];
    return [{ key: app.key, volume: Source, driver: VolumeOptions?.DriverConfig ?? {}, path: here, tree }];
  });
}

/** What a platform is like, as far as a file's validity goes. */
export interface TargetTraits {
  /** The platform places apps on nodes of its own choice: a directory of one host is not there on the others. */
  multiNode: boolean;
}

/**
 * Whether the apps of a project can be deployed on a platform with these traits.
 * @throws DeploymentError `INVALID_FILE`: local storage on a platform of several nodes.
 */
export function validateFor({ apps }: AppProject, { multiNode }: TargetTraits): void {
  if (!multiNode) return;
  const findings = new Findings();
  for (const { key, usesLocalStorage } of apps) {
    for (const location of usesLocalStorage) {
      findings.add(
        location,
        `the app ${quote(key)} uses local storage, and the platform chooses the node on which it runs`,
        "Use storage of type nfs, or deploy on a platform of one node.",
      );
    }
  }
  findings.throwIfAny();
}
