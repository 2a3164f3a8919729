"use strict";
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

/**
 * Keeps memory small, for a quarter less of it at a plan of 5,000 apps. The space for new objects stays as it begins:
 * grown, as for a server, it costs 60 MB, and the time to copy what lives on, which here is most. And the heap grows by two
 * fifths at a time, not to twice its size.
 */
exports.keepMemorySmall = () => {
  const { setFlagsFromString } = require("node:v8");
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=40");
};

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
