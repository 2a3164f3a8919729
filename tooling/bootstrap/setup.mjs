// Sets up a checkout: dependencies and build. Runs on the system's Node without installed dependencies.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isMain, main } from "./lib/main.mjs";
import { root } from "./lib/root.mjs";
import { removeStaleOutputs } from "./lib/stale-outputs.mjs";
import { hashBuild, hashDependencies, readStamp, writeStamp } from "./lib/stamp.mjs";
import { runTool, step } from "./lib/step.mjs";

const PNPM = "pnpm@12.21.0";

/** Installs dependencies and builds, if they have changed since the last setup. */
export async function setup() {
  await installDependencies();
  await build();
}

/** Without the generator of the documentation site, which only `npm run docs` needs. */
async function installDependencies() {
  if (existsSync(join(root, "node_modules", ".bin", "node")) && readStamp().dependencies === hashDependencies()) return;
  await step("Installing dependencies", () => install("--filter=!@openfactory/docs"));
  writeStamp({ ...readStamp(), dependencies: hashDependencies() });
}

/** Installs the dependencies of all packages and those of the documentation site, if they have changed. Builds nothing. */
export async function installWithDocs() {
  const stamp = readStamp();
  const installed = hashDependencies();
  if (existsSync(join(root, "docs", "node_modules", "vitepress")) && stamp.docs === installed) return;
  await step("Installing dependencies of the documentation site", () => install());
  writeStamp({ ...readStamp(), dependencies: hashDependencies(), docs: hashDependencies() });
}

const install = (...filter) =>
  runTool("Could not install the dependencies", "npx", [
    "-y",
    PNPM,
    "install",
    "--frozen-lockfile",
    "--reporter=append-only",
    ...filter,
  ]);

async function build() {
  if (readStamp().build === hashBuild()) return;
  await step("Building", () =>
    // turbo runs the scripts of packages with pnpm, which must be on the PATH.
    runTool("The build failed", "npx", [
      "-y",
      `--package=${PNPM}`,
      "--",
      "turbo",
      "run",
      "build",
      "--output-logs=errors-only",
    ]),
  );
  // Afterwards, since turbo restores outputs from its cache with those that were stale.
  removeStaleOutputs();
  writeStamp({ ...readStamp(), build: hashBuild() });
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await step("Setting up", setup);
    return 0;
  });
}
