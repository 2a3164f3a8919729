#!/usr/bin/env node
const { runCommand } = await import("../dist/index.js").catch(() => {
  console.error("swarm-harness is not built. Run `npm run setup` first.");
  process.exit(1);
});
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => interrupted.abort(new Error("Interrupted: the swarm is removed.")));

try {
  await runCommand(process.argv.slice(2), console.log, interrupted.signal);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
