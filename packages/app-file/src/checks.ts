import {
  type HostListener,
  HostListeners,
  isSameDriver,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import { citeLocation, Findings, quote } from "./findings.js";
import type { LocatedApp, LocatedDevice, LocatedKey } from "./located.js";
import type { AppProject } from "./model.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** Maximum length of a name, in characters. */
const MAX_NAME_LENGTH = 255;

/** Control characters, and characters that some terminals treat as line breaks. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

interface PortUse extends HostListener {
  /** Name of the app. */
  key: string;
  /** Path of the entry in `ports:`. */
  path: FilePath;
  tree: SourceTree;
}

/** A storage that is a Docker volume. */
interface VolumeUse {
  /** Name of the app. */
  key: string;
  volume: string;
  driver: VolumeDriver;
  /** Path of the storage in the file. */
  path: FilePath;
  tree: SourceTree;
}

/** Why a name can't be used in commands and in their output. */
function keyProblem(key: string): string | undefined {
  if (key.trim() === "") return "must not be empty";
  if (key.length > MAX_NAME_LENGTH) return `must not be longer than ${MAX_NAME_LENGTH} characters`;
  if (CONTROL.test(key)) return "must not contain control characters";
  return key.startsWith("-") ? "must not start with -, like an option" : undefined;
}

/** Checks the names of apps and devices, which are used on the command line. A duplicate is a finding at the second. */
export function checkKeys(keys: readonly LocatedKey[], findings: Findings): void {
  const firsts = new Map<string, LocatedKey>();
  for (const each of keys) {
    const problem = keyProblem(each.key);
    if (problem !== undefined) {
      const hint = "Choose another name: commands such as `ofdeploy logs` use the name.";
      findings.add(
        each.tree.locateKey(each.path),
        `the ${each.path[0] === "apps" ? "app" : "device"} name ${problem}`,
        hint,
      );
    }
    const first = firsts.get(each.key);
    if (first === undefined) {
      firsts.set(each.key, each);
      continue;
    }
    const here = each.tree.locateKey(each.path);
    const place = citeLocation(first.tree.locateKey(first.path), here);
    findings.add(
      here,
      `${each.path.map(String).join(".")}: ${quote(each.key)} is already declared (${place})`,
      "Rename one of them: commands such as `ofdeploy logs` use these names.",
    );
  }
}

/** Two devices with the same uuid would be one asset: a finding at the second. If both have services, {@link checkServiceNames} reports them. */
export function checkDeviceUuids(devices: readonly LocatedDevice[], findings: Findings): void {
  const firsts = new Map<string, LocatedDevice>();
  for (const each of devices) {
    const { device, path, tree } = each;
    const first = firsts.get(device.uuid);
    firsts.set(device.uuid, first ?? each);
    if (first === undefined || (first.device.services.length > 0 && device.services.length > 0)) continue;
    const here = tree.locate([...path, "uuid"]);
    const place = citeLocation(first.tree.locate([...first.path, "uuid"]), here);
    const message = `devices ${quote(device.key)} and ${quote(first.device.key)} (${place}) have the same uuid`;
    findings.add(here, message, "Give each device its own uuid.");
  }
}

const uuidOf = ({ path }: LocatedApp) => [...path, "uuid"];

/** Two apps with the same service name would be one service: a finding at the second. */
export function checkServiceNames(apps: readonly LocatedApp[], findings: Findings): void {
  const firsts = new Map<string, LocatedApp>();
  for (const each of apps) {
    const { app, tree } = each;
    const first = firsts.get(app.service);
    if (first === undefined || first.tree.isBroken(uuidOf(first))) {
      firsts.set(app.service, each);
      continue;
    }
    if (tree.isBroken(uuidOf(each))) continue;
    // The same app in two files: checkKeys() reports it.
    if (first.app.key === app.key) continue;
    const here = tree.locate(uuidOf(each));
    const place = citeLocation(first.tree.locate(uuidOf(first)), here);
    // The service name of a device's service is its uuid and a role.
    const isCompose = each.path[0] === "services";
    const which = (app.device ?? first.app.device) || isCompose ? "service name" : "uuid";
    findings.add(
      here,
      `apps ${quote(app.key)} and ${quote(first.app.key)} (${place}) have the same ${which}`,
      isCompose
        ? "Give each service its own container_name, or remove it."
        : "Give each app its own uuid. Upper and lower case don't make a difference.",
    );
  }
}

/** Two apps that publish the same host port: a finding at the second. */
export function checkHostPorts(apps: readonly LocatedApp[], findings: Findings): void {
  const listeners = new HostListeners<PortUse>();
  for (const second of apps.flatMap(portUses)) {
    const first = listeners.add(second, second.key);
    if (first === undefined) continue;
    const here = second.tree.locate(second.path);
    const isHidden = second.tree.isInterpolated(second.path);
    const which = isHidden ? "the host port" : `host port ${second.published}/${second.protocol ?? "tcp"}`;
    findings.add(
      here,
      `app ${quote(second.key)} can't publish ${which}: ` +
        `app ${quote(first.key)} (${citeLocation(first.tree.locate(first.path), here)}) already publishes it`,
      "Change the host port of one app.",
    );
  }
}

function portUses({ app: { key }, entry, publishedPorts, path, tree }: LocatedApp): PortUse[] {
  const all =
    publishedPorts ??
    (entry.ports ?? []).flatMap((list, index) => list.map((port) => ({ port, path: [...path, "ports", index] })));
  return all.flatMap(({ port: { published, protocol, hostAddress }, path: here }) =>
    published === undefined ? [] : [{ published, protocol, hostAddress, path: here, key, tree }],
  );
}

/**
 * Two storages with the same volume name but different driver options: a finding at the second. OpenFactory's names of NFS
 * volumes don't distinguish `/srv/line_1` and `/srv/line/1`, and Docker mounts the volume that was created first.
 */
export function checkVolumeNames(apps: readonly LocatedApp[], findings: Findings): void {
  const byVolume = Map.groupBy(apps.flatMap(volumeUses), ({ volume }) => volume);
  for (const uses of byVolume.values()) {
    if (uses.every(({ driver }) => isSameDriver(driver, uses[0]?.driver ?? {}))) continue;
    const [first, ...others] = uses.filter(({ path, tree }) => !tree.isBroken(path));
    for (const other of others) {
      if (first && !isSameDriver(first.driver, other.driver)) addVolumeConflict(first, other, findings);
    }
  }
}

function addVolumeConflict(first: VolumeUse, second: VolumeUse, findings: Findings): void {
  const here = second.tree.locate(second.path);
  const place = citeLocation(first.tree.locate(first.path), here);
  const isHidden = [first, second].some(({ path, tree }) => tree.isInterpolated(path));
  const which = isHidden ? "a volume name" : `the volume name ${quote(second.volume)}`;
  const difference = isHidden ? "" : `: ${volumeDifference(second.driver, first.driver)}`;
  findings.add(
    here,
    `this storage of app ${quote(second.key)} and a storage of app ${quote(first.key)} (${place}) ` +
      `share ${which} but have different options${difference}`,
    "Docker would mount the same volume for both. Use the same options, use another path, or add a mount option to one of them, which changes its volume name.",
  );
}

function volumeUses({ app, entry, path, tree }: LocatedApp): VolumeUse[] {
  const names = Object.keys(entry.storage ?? {});
  const { mounts = [] } = app.request;
  return names.flatMap((name, index) => {
    const { Type, Source, VolumeOptions } = mounts[index] ?? {};
    const here = [...path, "storage", name];
    if (Type !== "volume" || Source == null) return [];
    return [{ key: app.key, volume: Source, driver: VolumeOptions?.DriverConfig ?? {}, path: here, tree }];
  });
}

/** The traits of a platform that the validity of a file depends on. */
export interface TargetTraits {
  /** The platform chooses the node of each app, so a directory of one host may not exist there. */
  multiNode: boolean;
}

/**
 * Checks that the apps of a project can be deployed to a platform with these traits.
 * @throws DeploymentError `INVALID_FILE`: local storage on a multi-node platform.
 */
export function validateFor({ apps }: AppProject, { multiNode }: TargetTraits): void {
  if (!multiNode) return;
  const findings = new Findings();
  for (const { key, localStorageLocations } of apps) {
    for (const location of localStorageLocations) {
      findings.add(
        location,
        `app ${quote(key)} uses local storage, but the platform may run the app on any node`,
        "Use storage of type nfs, or deploy to a single-node platform.",
      );
    }
  }
  findings.throwIfAny();
}
