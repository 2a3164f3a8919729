import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  importRootfs,
  installPackages,
  type Log,
  mustRun,
  type RawEngine,
  settings,
  unmountBelow,
  withLock,
} from "@openfactory/test-engine";
import { ENGINE_SOURCES, type EngineSource, type NodeVersion } from "./node-engines.js";

/** The time in which a registry must send the first part of an image, in milliseconds. */
const REGISTRY_TIMEOUT_MS = 10_000;

/**
 * Provides the image of a node with this engine version on the host engine, and returns its name. Tries in this order: an
 * existing image, the official image from a registry, and an image built once from Debian's packages and cached.
 * @throws TestEngineError if none of them works
 */
export async function ensureNodeImage(
  engine: RawEngine,
  version: NodeVersion,
  log: Log,
  signal?: AbortSignal,
): Promise<string> {
  const source = ENGINE_SOURCES[version];
  const built = `openfactory/engine-node:${version}`;
  const { officialImage } = source;
  if (await has(engine, built)) return built;
  if (officialImage && (await has(engine, officialImage))) return officialImage;

  const { cache, run } = settings();
  return withLock(join(run, `node-${version}.lock`), async () => {
    if (await has(engine, built)) return built;
    const archive = join(cache, "nodes", `${version}.tar`);
    if (!existsSync(archive)) {
      if (officialImage) {
        log(`Looking for ${officialImage} at a registry`);
        if (await pull(engine, officialImage, signal)) return officialImage;
        log("No registry has the image");
      }
      log(`Building a node with engine ${version} from Debian ${source.suite}`);
      mkdirSync(join(cache, "nodes"), { recursive: true });
      await buildRootfs(source, archive, log, signal);
    }
    log(`Importing the node image ${built}`);
    await importRootfs(engine, built, createReadStream(archive), ["ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
    return built;
  });
}

async function has(engine: RawEngine, image: string): Promise<boolean> {
  return (await engine.request("GET", `/images/${image}/json`)).status === 200;
}

/** Pulls once. @returns false if the registry sends nothing in time, or the pull fails. */
async function pull(engine: RawEngine, image: string, signal?: AbortSignal): Promise<boolean> {
  const [name, tag] = image.split(":");
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), REGISTRY_TIMEOUT_MS);
  try {
    const either = AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]);
    const answer = await engine.open("POST", `/images/create?fromImage=${name}&tag=${tag}`, undefined, {
      signal: either,
    });
    for await (const _ of answer) clearTimeout(timer);
  } catch {
    signal?.throwIfAborted();
    return false;
  } finally {
    clearTimeout(timer);
  }
  return has(engine, image);
}

const DEFAULT_MIRROR = "http://deb.debian.org/debian";

/** Files that a node does not need: half of the size. */
const EXCLUDED = [
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

/** Prefixes of debootstrap's lines. The first line of each kind shows the progress. */
const PHASES = ["Retrieving", "Validating", "Extracting", "Installing core", "Unpacking the base", "Configuring"];

/**
 * Builds the file system of a node with debootstrap, as a tar archive at `archive`. Takes about 40 seconds and needs root.
 * The mirror is `OPENFACTORY_DEBIAN_MIRROR`, default deb.debian.org.
 * @throws TestEngineError if the build fails; the incomplete archive is removed
 */
async function buildRootfs(source: EngineSource, archive: string, log: Log, signal?: AbortSignal): Promise<void> {
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
    // The files need not survive a power cut.
    await mustRun("debootstrap", args, { signal, onLine: phases(log), env: { DPKG_FORCE: "unsafe-io" } });
    log("  packing");
    const excludes = EXCLUDED.map((pattern) => `--exclude=${pattern}`);
    await mustRun("tar", ["-C", rootfs, "--numeric-owner", ...excludes, "-cf", `${folder}/rootfs.tar`, "."], {
      signal,
    });
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
