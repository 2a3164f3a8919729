// Packs both Docker strategies of a release, with its core and all that they import, as one package without dependencies.
// README.md describes when: `node apps/swarm-harness/tests/upgrade/freeze.mjs <checkout of the release>`.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error("Name the folder with a checkout of the release, after `npm run setup` in it.");
const release = resolve(folder);
const git = (...args) => execFileSync("git", ["-C", release, ...args], { encoding: "utf8" }).trim();
if (git("status", "--porcelain") !== "") throw new Error(`${release} has changes: check out the release.`);

// The release's own build, since that is what its users have.
const tool = (name) => import(pathToFileURL(join(release, "tooling/bundle/src", name)).href);
const { bundle } = await tool("bundle.mjs");
const { writeLicenses } = await tool("write-licenses.mjs");
const built = (name) => join(release, "packages", name, "dist/index.js");
const output = await bundle({
  input: { core: built("core"), docker: built("strategy-local-docker"), swarm: built("strategy-swarm") },
  entryFileNames: "[name].cjs",
  chunkFileNames: "chunk-[name].cjs",
  minify: true,
  keepNames: true,
});

const manifest = {
  name: "openfactory-previous-release",
  version: `0.0.0-${git("rev-parse", "--short=7", "HEAD")}`,
  description: "The strategies for local Docker and Swarm of an earlier release, with their dependencies.",
  license: "MIT",
  files: ["*.cjs", "licenses.txt"],
};
const tarball = `${manifest.name}-${manifest.version}.tgz`;
const temporary = mkdtempSync(join(tmpdir(), "openfactory-release-"));
try {
  for (const { fileName, code } of output) writeFileSync(join(temporary, fileName), code);
  writeLicenses(join(temporary, "licenses.txt"), output);
  writeFileSync(join(temporary, "package.json"), JSON.stringify(manifest, undefined, 2));
  execFileSync("npm", ["pack", "--silent"], { cwd: temporary, stdio: "ignore" });
  for (const old of readdirSync(import.meta.dirname)) {
    if (old.endsWith(".tgz")) rmSync(join(import.meta.dirname, old));
  }
  copyFileSync(join(temporary, tarball), join(import.meta.dirname, tarball));
  process.stdout.write(`${tarball}: ${statSync(join(temporary, tarball)).size} bytes\n`);
} finally {
  rmSync(temporary, { recursive: true });
}
