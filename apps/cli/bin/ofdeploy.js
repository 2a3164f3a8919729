#!/usr/bin/env node
// Old versions of Node can parse this file, so that they print a message instead of a syntax error.
var OLDEST_NODE = 20;
if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  process.stderr.write(
    "error[USAGE] ofdeploy requires Node " +
      OLDEST_NODE +
      " or later. This is " +
      process.version +
      ".\n" +
      "  hint: Install a newer Node, or run ofdeploy with one: `npx -y node@24 " +
      process.argv[1] +
      "`.\n",
  );
  process.exitCode = 3;
} else {
  useCompileCache();
  try {
    require("../dist/ofdeploy.cjs").runProcess().catch(report);
  } catch (error) {
    report(error);
  }
}

// Keeps compiled code in the user's own cache: Node's default, a directory for temporary files, is shared by all users.
// NODE_COMPILE_CACHE names another directory; NODE_DISABLE_COMPILE_CACHE=1 turns the cache off. Without it, a start takes longer.
function useCompileCache() {
  var directory = userCache(process.env);
  try {
    var enable = require("node:module").enableCompileCache;
    if (process.env.NODE_COMPILE_CACHE) enable();
    else if (directory) enable(require("node:path").join(directory, "ofdeploy", "compile-cache"));
  } catch {
    // A cache that can't be written only costs time.
  }
}

// Sources: XDG Base Directory Specification; the cache directories of macOS and Windows.
function userCache(env) {
  if (process.platform === "win32") return env.LOCALAPPDATA;
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  return env.HOME && env.HOME + (process.platform === "darwin" ? "/Library/Caches" : "/.cache");
}

function report(error) {
  var notBuilt = error.code === "MODULE_NOT_FOUND" && /dist.ofdeploy/.test(error.message);
  process.stderr.write(
    notBuilt
      ? "error[USAGE] ofdeploy is not built in this checkout.\n  hint: Run `npm run setup` in its top directory.\n"
      : "error[INTERNAL] ofdeploy could not start: " + String(error.message).split("\n")[0] + "\n",
  );
  process.exitCode = notBuilt ? 3 : 70;
}
