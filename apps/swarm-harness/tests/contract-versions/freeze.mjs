// Builds the plugin of a folder with this checkout's core, zod and tsyringe in one file, and packs it.
// README.md describes when: `node apps/swarm-harness/tests/contract-versions/freeze.mjs 1.0`.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const [version = ""] = process.argv.slice(2);
if (!/^\d+\.\d+$/.test(version)) throw new Error("Name the version of the contract, such as 1.0.");
const folder = join(import.meta.dirname, `frozen-${version}`);
const tarball = `openfactory-strategy-frozen-${version}.0.tgz`;
const temporary = mkdtempSync(join(tmpdir(), "openfactory-frozen-"));
try {
  await build({
    entryPoints: [join(folder, "plugin.ts")],
    outfile: join(temporary, "plugin.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    conditions: ["@openfactory/source"],
    minify: true,
    keepNames: true,
    legalComments: "inline",
  });
  const manifest = {
    name: "openfactory-strategy-frozen",
    version: `${version}.0`,
    description: `A strategy with its own copy of core, of contract ${version}.`,
    license: "MIT",
    type: "commonjs",
    files: ["plugin.js"],
    openfactory: { deploymentPlatforms: { frozen: "./plugin.js" } },
  };
  writeFileSync(join(temporary, "package.json"), JSON.stringify(manifest, undefined, 2));
  execFileSync("npm", ["pack", "--silent"], { cwd: temporary, stdio: "ignore" });
  copyFileSync(join(temporary, tarball), join(folder, tarball));
  process.stdout.write(`${join(folder, tarball)}: ${statSync(join(folder, tarball)).size} bytes\n`);
} finally {
  rmSync(temporary, { recursive: true });
}
