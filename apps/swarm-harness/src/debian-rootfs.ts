import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { installPackages, mustRun, unmountBelow, type Log } from "@openfactory/test-engine";
import type { EngineSource } from "./engine-source.js";

const DEFAULT_MIRROR = "http://deb.debian.org/debian";

/** What a node never needs: half of the size. */
const LEFT_OUT = [
  "./dev/*",
  "./proc/*",
  "./sys/*",
  "./var/cache/*",
  "./var/lib/apt/lists/*",
  "./var/log/*",
  "./usr/share/doc",
  "./usr/share/man",
  "./usr/share/info",
  "./usr/share/locale",
  "./usr/share/zoneinfo",
  "./usr/share/perl",
  "./usr/bin/docker",
  "./usr/bin/dnet",
  "./usr/bin/ovrouter",
  "./usr/bin/ctr",
  "./usr/sbin/dnet",
  "./usr/sbin/ovrouter",
];

/** The first line of each kind tells how far it is. */
const PHASES = ["Retrieving", "Validating", "Extracting", "Installing core", "Unpacking the base", "Configuring"];

/**
 * Builds the file system of a node by debootstrap, as a tar archive at `archive`. Takes about 40 seconds, and root.
 * The mirror is `OPENFACTORY_DEBIAN_MIRROR`, default deb.debian.org.
 * @throws TestEngineError when it cannot be built; nothing half-made is left
 */
export async function buildRootfs(
  source: EngineSource,
  archive: string,
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  await installPackages(["debootstrap"], "building a node", log);
  const folder = mkdtempSync(join(dirname(archive), "building-"));
  const rootfs = join(folder, "rootfs");
  try {
    const mirror = process.env.OPENFACTORY_DEBIAN_MIRROR ?? DEFAULT_MIRROR;
    const args = [
      "--variant=minbase",
      `--include=${source.packages.join(",")}`,
      source.suite,
      rootfs,
      mirror,
      source.script,
    ];
    // Nothing of it has to outlast a power cut.
    await mustRun("debootstrap", args, { signal, onLine: phases(log), env: { DPKG_FORCE: "unsafe-io" } });
    log("  packing");
    const leftOut = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
    await mustRun("tar", ["-C", rootfs, "--numeric-owner", ...leftOut, "-cf", `${folder}/rootfs.tar`, "."], { signal });
    renameSync(`${folder}/rootfs.tar`, archive);
  } finally {
    await unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function phases(log: Log): (line: string) => void {
  const seen = new Set<string>();
  return (line) => {
    const phase = PHASES.find((name) => line.startsWith(`I: ${name}`));
    if (phase && !seen.has(phase))
      log(`  ${phase.toLowerCase()} packages`.replace("core packages", "the core").replace("base packages", "base"));
    if (phase) seen.add(phase);
  };
}
