import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { startSampleEngine } from "./sample-engine.mjs";

/** The commands, by platform, whose functions are found. The first `up` creates everything, the second one nothing. */
const UP = ["up", "--no-wait", "--timeout", "60s"];
const COMMANDS = [["validate"], UP, UP, ["plan"]];

/**
 * Finds the functions of the bundled command that typical commands call, by running these with an app file on a sample engine.
 * @returns the offsets at which the functions start, by name of the file of the bundle
 */
export async function findCalledFunctions(command, appFile) {
  const directory = await mkdtemp(join(tmpdir(), "ofdeploy-called-"));
  try {
    for (const platform of ["docker", "swarm"]) {
      const { host, stop } = await startSampleEngine();
      for (const words of COMMANDS)
        await run(command, [...words, "-f", appFile, "--platform", platform, "-H", host], directory);
      stop();
    }
    return await readCoverage(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** @throws unless the command succeeds. */
async function run(command, args, directory) {
  const env = { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: "1", NODE_V8_COVERAGE: directory };
  await promisify(execFile)(process.execPath, [command, ...args], { env, cwd: directory });
}

/** V8's coverage: of each function, the first range is that of the whole function. */
async function readCoverage(directory) {
  const called = new Map();
  for (const file of await readdir(directory)) {
    if (!file.startsWith("coverage-")) continue;
    for (const { url, functions } of JSON.parse(await readFile(join(directory, file), "utf8")).result) {
      const offsets = called.get(basename(url)) ?? new Set();
      called.set(basename(url), offsets);
      for (const { ranges } of functions) if (ranges[0].count > 0) offsets.add(ranges[0].startOffset);
    }
  }
  return called;
}
