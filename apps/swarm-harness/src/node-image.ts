import { createReadStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { importRootfs, settings, withLock, type Log, type RawEngine } from "@openfactory/test-engine";
import { buildRootfs } from "./debian-rootfs.js";
import { ENGINE_SOURCES, type NodeVersion } from "./engine-version.js";

/** How long a registry has to show the first sign of an image, in milliseconds. */
const REGISTRY_PATIENCE = 10_000;

/**
 * Makes sure that the engine has the image of a node with that engine version, and returns its name.
 * The first of these that works: it is there; the official image from a registry; Debian's packages, built once and cached.
 * @throws TestEngineError when none works
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
        log("No registry gives it");
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

/** Pulls once; gives up when the registry shows nothing in time, and takes any failure for "not to be had". */
async function pull(engine: RawEngine, image: string, signal?: AbortSignal): Promise<boolean> {
  const [name, tag] = image.split(":");
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), REGISTRY_PATIENCE);
  try {
    const either = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]);
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
