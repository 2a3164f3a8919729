#!/usr/bin/env node
// Written so that any Node can read it: an old one is told what it lacks, rather than failing on syntax.
var OLDEST_NODE = 22;
if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  process.stderr.write(
    "error[USAGE] ofdeploy needs Node " + OLDEST_NODE + " or later, and this is " + process.version + ".\n" +
    "  hint: Install a newer Node, or run it with one: npx -y node@24 " + process.argv[1] + "\n"
  );
  process.exitCode = 3;
} else {
  try {
    program(process.argv[2] || "").runProcess().catch(tell);
  } catch (error) {
    tell(error);
  }
}

// A command is tuned for; --version and --help must cost nothing.
function program(command) {
  var tune = require("./tune-node.js");
  tune.useCompileCache();
  if (!/^[a-z][a-z-]{1,20}$/.test(command)) return require("../dist/ofdeploy.cjs");
  tune.tuneForShortRun();
  var bundle = require("./load-bundle.js").loadBundle(require.resolve("../dist/ofdeploy.cjs"), command);
  // After what was compiled has been kept, at the exit too: it is good for the flags under which it was.
  process.on("exit", tune.untune);
  return bundle;
}

function tell(error) {
  var notBuilt = error.code === "MODULE_NOT_FOUND" && /dist.ofdeploy/.test(error.message);
  process.stderr.write(
    notBuilt
      ? "error[USAGE] ofdeploy is not built in this checkout.\n  hint: Run `npm run setup` at its top.\n"
      : "error[INTERNAL] ofdeploy could not start: " + String(error.message).split("\n")[0] + "\n"
  );
  process.exitCode = notBuilt ? 3 : 70;
}
