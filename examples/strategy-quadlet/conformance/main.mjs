// Builds the example from packed packages, boots a node with Podman and systemd, and runs everything in it: the unit tests, the
// contract, an app file, a restart of services and a boot. Writes the report of the contract to docs/conformance.
//   node examples/strategy-quadlet/conformance/main.mjs [--keep] [--only contract,command,boot] [-- <options of the runner>]
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureEngine, mustRun, settings } from "../../../tooling/test-engine/dist/index.js";
import { ensureNodeImage, removeNode, startNode } from "./node.mjs";

const example = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(example));
const NODE = "openfactory-quadlet";
const REPORTS = join(root, "docs/conformance");
/** The files of the report, by the options of the runner. */
const FILES = { json: "quadlet.json", markdown: "quadlet.md", badge: "quadlet.svg" };
const log = (line) => process.stdout.write(`${line}\n`);

/** Packs what the example uses, as it would be published. @returns the paths of the tarballs */
async function pack(folder) {
  const { devEngines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const pnpm = ["-y", `pnpm@${devEngines.packageManager.version}`, "-r"];
  const packages = ["@openfactory/deploy-core", "@openfactory/strategy-contract-tests", "ofdeploy"];
  const filters = packages.map((name) => `--filter=${name}`);
  const output = await mustRun("npx", [...pnpm, ...filters, "pack", "--pack-destination", folder, "--json"], {
    cwd: root,
  });
  return JSON.parse(output).map(({ filename }) => filename);
}

/** Installs the example outside of the workspace, and compiles it. */
async function install(work) {
  mkdirSync(work, { recursive: true });
  const parts = ["src", "conformance", "package.json", "tsconfig.json", "tsconfig.build.json"];
  for (const name of [...parts, "dist", "tarballs", "report"])
    rmSync(join(work, name), { recursive: true, force: true });
  for (const name of parts) cpSync(join(example, name), join(work, name), { recursive: true });
  mkdirSync(join(work, "tarballs"));
  log("Packing the packages");
  const tarballs = await pack(join(work, "tarballs"));
  log("Installing the example from the tarballs");
  await mustRun("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", ...tarballs], { cwd: work });
  // Relative, since the node has the directory at another path.
  const self = join(work, "node_modules/@openfactory/example-strategy-quadlet");
  if (!existsSync(self)) symlinkSync("../..", self);
  for (const project of ["tsconfig.build.json", "tsconfig.json"])
    await mustRun(join(work, "node_modules/.bin/tsc"), ["-p", project], { cwd: work });
}

/** Runs a command with its output on this terminal. @returns its exit code */
const show = (command, args, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });

const VITEST = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--reporter=verbose",
  "--testTimeout=300000",
  "--hookTimeout=300000",
];
const RUNNER = ["node_modules/@openfactory/strategy-contract-tests/bin/strategy-contract-tests.js", "run"];

const { values, positionals } = parseArgs({
  options: {
    keep: { type: "boolean", default: false },
    only: { type: "string", default: "unit,command,boot,contract" },
  },
  allowPositionals: true,
});
const engine = await ensureEngine({ log });
process.env.DOCKER_HOST = engine.host;
const work = join(settings().dir, "quadlet");
const inNode = (args) => show("docker", ["exec", "-w", "/work", NODE, "node", ...args]);
const onHost = (args) => show(process.execPath, args, { cwd: work, env: { ...process.env, QUADLET_NODE: NODE } });

const steps = {
  unit: () => onHost([...VITEST, "src"]),
  command: () => inNode([...VITEST, "conformance/command.test.ts"]),
  boot: () => onHost([...VITEST, "conformance/boot.test.ts"]),
  /** A report is partial, exit code 2, since a capability that the strategy does not declare is skipped. */
  async contract() {
    const files = Object.entries(FILES).flatMap(([kind, file]) => [`--${kind}`, `report/${file}`]);
    const code = await inNode([...RUNNER, "conformance/target.ts", ...files, ...positionals]);
    mkdirSync(REPORTS, { recursive: true });
    for (const file of Object.values(FILES))
      if (existsSync(join(work, "report", file))) cpSync(join(work, "report", file), join(REPORTS, file));
    await mustRun(join(root, "node_modules/.bin/oxfmt"), [REPORTS]);
    return code === 2 ? 0 : code;
  },
};

try {
  await install(work);
  await removeNode(engine.api, NODE);
  log("Starting the node");
  await startNode(engine.api, await ensureNodeImage(engine.api, log), NODE, work);
  for (const name of values.only.split(",")) {
    log(`\n${name}`);
    const code = await steps[name]();
    if (code !== 0) process.exitCode = code;
  }
} finally {
  if (!values.keep) await removeNode(engine.api, NODE);
  await engine.release();
}
