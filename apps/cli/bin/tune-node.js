"use strict";
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

const major = process.versions.node.split(".")[0];

/**
 * For a program that is over in a moment, on a machine that has an engine to run: a quarter less of the time in which 500
 * services are made, and of the memory for 5,000. Each was measured by itself:
 * - The space for new objects stays as it begins: grown, as for a server, it costs 60 MB, and the time to copy what lives on,
 *   which here is most.
 * - It is swept by the one thread that waits for it: to wake up others takes longer than the sweep.
 * - The heap grows by two fifths at a time, not to twice its size: a seventh of the memory for 5,000.
 * - It is marked in one go: in small steps more is kept meanwhile, 15 MB for 5,000. Taken back by `untune`.
 * - What is called often is compiled once, quickly (Maglev), and not once more for speed: that is not earned back.
 */
exports.tuneForShortRun = () => {
  const flags = FLAGS[major];
  if (!flags) return;
  const { setFlagsFromString } = require("node:v8");
  NEEDED.forEach((name) => require(`node:${name}`));
  flags.forEach(setFlagsFromString);
};

/**
 * To be done last. Node ends by joining V8's threads, and collects no more: one that compiles, and waits for a collection,
 * would wait for ever, and Node with it (nodejs/node#54918). Seen twice in 3,000 runs. Where the heap is marked in steps, such a
 * thread may go beyond the heap's limit, and does not wait.
 */
exports.untune = () => {
  if (FLAGS[major]) require("node:v8").setFlagsFromString("--incremental-marking");
};

/**
 * What every command loads of Node's own. Node carries it compiled, but V8 takes what was compiled under other flags for
 * another version's, and compiles it anew: 10 ms that are saved by loading it before a flag is set.
 */
const NEEDED = ["child_process", "crypto", "fs/promises", "http", "timers/promises", "vm", "zlib"];

const SMALL = ["--semi-space-growth-factor=1", "--no-parallel-scavenge", "--heap-growing-percent=40", "--no-incremental-marking"];

/** By Node's major version. Another one, which may complain aloud of a flag that it does not have, stays as it is; 22 has no Maglev. */
const FLAGS = { 22: SMALL, 23: SMALL, 24: [...SMALL, "--no-turbofan"] };

/**
 * Keeps what V8 compiles in this user's cache: Node's own choice, the folder for temporary files, is shared by all users.
 * NODE_COMPILE_CACHE names another folder; NODE_DISABLE_COMPILE_CACHE=1 does without. A cache that can't be had costs
 * time only.
 */
exports.useCompileCache = () => {
  try {
    const folder = userCache(process.env);
    if (process.env.NODE_COMPILE_CACHE) enableCompileCache();
    else if (folder) enableCompileCache(join(folder, "ofdeploy", "compile-cache"));
  } catch {
    // It runs without.
  }
};

/** Source: XDG Base Directory Specification; the folders of macOS and Windows. */
const userCache = ({ XDG_CACHE_HOME, HOME, LOCALAPPDATA }) => {
  if (process.platform === "win32") return LOCALAPPDATA;
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  return HOME && join(HOME, process.platform === "darwin" ? "Library/Caches" : ".cache");
};
