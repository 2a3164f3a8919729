import { posix } from "node:path";

/** Whether a path is absolute: on Linux, or on Windows. */
export const isAbsolute = (path: string): boolean => path.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(path);

/** A path in a container in its one form: `/data/`, `//data` and `/x/../data` are `/data`. */
export const targetPlace = (target: string): string =>
  posix
    .normalize(target)
    .replace(/^\/{2,}/, "/")
    .replace(/(?<=.)\/$/, "");

/** Files below `/proc` that may be mounted over: container runtimes (runc) refuse the others. */
const PROC_FILES: ReadonlySet<string> = new Set([
  "/proc/cpuinfo",
  "/proc/diskstats",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/net/dev",
  "/proc/slabinfo",
  "/proc/stat",
  "/proc/swaps",
  "/proc/sys/crypto/fips_enabled",
  "/proc/sys/kernel/ns_last_pid",
  "/proc/uptime",
]);

/** What is mounted, as far as it decides where it may be mounted. */
interface Mounted {
  Type: string;
  Source?: string | undefined;
  VolumeOptions?: { Subpath?: string | undefined } | undefined;
}

const isBelowProc = (path: string): boolean => path === "/proc" || path.startsWith("/proc/");

/** A file, or something that may be one, over one of the files that runtimes allow; procfs over procfs; a tmpfs. */
function mayCoverProc(place: string, { Type, Source, VolumeOptions }: Mounted): boolean {
  if (Type === "tmpfs") return place !== "/proc";
  if (Type === "bind" && isBelowProc(targetPlace(Source ?? ""))) return true;
  return PROC_FILES.has(place) && (Type === "bind" || VolumeOptions?.Subpath !== undefined);
}

/** What keeps a mount from being at `target`; undefined: nothing. */
export function targetFault(target: string, mounted: Mounted): string | undefined {
  if (!isAbsolute(target)) return "a mount's target is an absolute path";
  const place = targetPlace(target);
  if (place === "/") return "nothing can be mounted at / itself";
  if (isBelowProc(place) && !mayCoverProc(place, mounted)) return "nothing can be mounted at or below /proc";
  return undefined;
}
