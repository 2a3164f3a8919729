"use strict";
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

/**
 * Keeps the space for new objects as small as it begins. Grown, as for a server, it takes 60 MB more for a plan of 5,000
 * apps, and the time to copy what lives on in it: here, most of what is made lives on to the end.
 */
exports.keepMemorySmall = () => require("node:v8").setFlagsFromString("--semi-space-growth-factor=1");

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
