#!/usr/bin/env node
// Manages the engine for tests by hand: up (prints its DOCKER_HOST), status, down.
const commands = { up, status, down, "clean-up": cleanUp };
const command = commands[process.argv[2]];

if (!command) fail("Usage: test-engine up|status|down");
const engines = await import("../dist/index.js").catch(() =>
  fail("test-engine is not built: run `npm run setup` first."),
);
await command().catch((error) => fail(error.name === "TestEngineError" ? error.message : error.stack));

async function up() {
  const engine = await engines.holdEngine("by-hand");
  await engines.ensureTestImage(engine.api);
  await engines.ensureEntrypointImage(engine.api);
  process.stderr.write(`Docker Engine ${engine.version}, API ${engine.apiVersion}\n`);
  process.stdout.write(`DOCKER_HOST=${engine.host}\n`);
}

async function status() {
  const at = engines.settings();
  const found = (await engines.findEngine({})) ?? (await engines.findPrivateEngine(at));
  if (!found) fail("No engine is running.");
  const { Version, ApiVersion } = await found.call("GET", "/version");
  process.stdout.write(`DOCKER_HOST=${found.host}\nDocker Engine ${Version}, API ${ApiVersion}\n`);
}

async function down() {
  const users = await engines.stopHeldEngine("by-hand");
  process.stderr.write(
    users
      ? `${users} other processes use the private engine; the last one stops it.\n`
      : "The private engine is not running.\n",
  );
}

/** Cleans up after an interrupted run, which starts this command. */
async function cleanUp() {
  await engines.cleanUp(process.argv[3]);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
