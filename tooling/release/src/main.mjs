// Builds everything that is released, after setup, on the checkout's Node. See ../README.md.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { packAll } from "@openfactory/pack-proof";
import { checkFormat } from "./check-executable.mjs";
import { writeDebianPackage } from "./debian.mjs";
import { emulateArm64 } from "./emulation.mjs";
import { writeBlob, writeExecutable } from "./executable.mjs";
import { writeImage } from "./image.mjs";
import { nodeBinary } from "./node-binary.mjs";
import { bundleScript } from "./script.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const cli = join(root, "apps", "cli");
const host = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const DEBIAN = { "linux-x64": "amd64", "linux-arm64": "arm64" };

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(root, "dist", "release") },
    targets: { type: "string", default: "linux-x64,linux-arm64,win-x64" },
    sums: { type: "string", default: "SHA256SUMS" },
    packages: { type: "boolean", default: true },
    deb: { type: "boolean", default: true },
    image: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const targets = values.targets.split(",").filter((target) => target !== "");
const work = join(values.out, "work");
const { version } = JSON.parse(await readFile(join(cli, "package.json"), "utf8"));
const date = await commitDate();
await rm(values.out, { recursive: true, force: true });
await mkdir(work, { recursive: true });

if (values.packages) await report("packages", packages);
const executables = await report("executables", buildExecutables);
for (const target of targets.filter((each) => DEBIAN[each])) {
  const architecture = DEBIAN[target];
  const executable = executables.get(target);
  if (values.deb)
    await report(`Debian package for ${architecture}`, async () =>
      writeDebianPackage({
        files: { executable, ...(await texts()) },
        version,
        architecture,
        date,
        work: join(work, "debian"),
        output: join(values.out, `ofdeploy_${version}_${architecture}.deb`),
      }),
    );
  // The image's libraries come from the packages of this machine.
  if (values.image && target === host)
    await report(`image for ${architecture}`, () =>
      writeImage({
        executable,
        version,
        architecture,
        date,
        work: join(work, "image"),
        output: join(values.out, `ofdeploy-${version}-image-${architecture}.tar`),
      }),
    );
}
await rm(work, { recursive: true, force: true });
await writeChecksums();
await printTable();

/** Packs every package, and checks that npm would publish it without a warning. */
async function packages() {
  const tarballs = await packAll(join(values.out, "npm"));
  for (const { file } of tarballs) {
    const { stderr } = await run("npm", ["publish", "--dry-run", "--access", "public", file]);
    // A dry run needs no account.
    const warnings = stderr
      .split("\n")
      .filter((line) => /^npm (?:warn|error)/i.test(line) && !line.includes("requires you to be logged in"));
    if (warnings.length > 0) throw new Error(`npm would not publish ${file} cleanly:\n${warnings.join("\n")}`);
  }
}

async function buildExecutables() {
  const script = await bundleScript(version, work);
  const built = new Map();
  for (const target of targets) {
    const file = join(values.out, `ofdeploy-${version}-${target}${target.startsWith("win") ? ".exe" : ""}`);
    const node = await nodeBinary(target, join(root, "node_modules", ".cache", "openfactory-nodes"));
    const runTarget = await runnerFor(target);
    const runNode = runTarget && ((args) => runTarget(node, args));
    const blob = await writeBlob({ script, folder: join(work, target), runNode });
    await writeExecutable({ node, blob, file, target });
    await checkFormat(file, target);
    if (runTarget === undefined)
      console.log(`  ${target}: not run, and without compiled code: it can't run on this machine`);
    else await checkCommands(file, runTarget);
    built.set(target, file);
  }
  return built;
}

/** Returns a function that runs executables of a target with arguments; undefined if this machine can't. */
async function runnerFor(target) {
  if (target === host) return run;
  return target === "linux-arm64" && host === "linux-x64" ? emulateArm64(work) : undefined;
}

async function checkCommands(file, runTarget) {
  const printed = (await runTarget(file, ["--version"])).stdout.trim();
  if (printed !== `ofdeploy ${version}`) throw new Error(`${file} --version printed ${JSON.stringify(printed)}.`);
  await runTarget(file, ["validate", "-f", join(cli, "example", "openfactory.yml")]);
}

async function texts() {
  const completion = async (shell) =>
    (await run(process.execPath, [join(cli, "bin", "ofdeploy.js"), "completion", shell])).stdout;
  return {
    manual: await readFile(join(cli, "dist", "ofdeploy.1"), "utf8"),
    license: await readFile(join(root, "LICENSE"), "utf8"),
    completions: { bash: await completion("bash"), zsh: await completion("zsh"), fish: await completion("fish") },
  };
}

/** The time of the last commit. */
async function commitDate() {
  const { stdout } = await run("git", ["log", "-1", "--format=%ct"], { cwd: root }).catch(() => ({ stdout: "0" }));
  return new Date(Number(stdout) * 1000);
}

async function files() {
  const entries = await readdir(values.out, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(values.out.length + 1))
    .sort();
}

/** Checked by `sha256sum --check SHA256SUMS`. */
async function writeChecksums() {
  const lines = [];
  for (const file of await files())
    lines.push(
      `${createHash("sha256")
        .update(await readFile(join(values.out, file)))
        .digest("hex")}  ${file}\n`,
    );
  await writeFile(join(values.out, values.sums), lines.join(""));
}

async function printTable() {
  console.log("\nfile                                              size      --version");
  for (const file of await files()) {
    const { size } = await stat(join(values.out, file));
    const time = executables.get(host) === join(values.out, file) ? await startTime(join(values.out, file), []) : "";
    console.log(`${file.padEnd(48)}  ${`${(size / 1e6).toFixed(1)} MB`.padStart(8)}  ${time}`);
  }
  console.log(
    `node apps/cli/bin/ofdeploy.js                               ${await startTime(process.execPath, [join(cli, "bin", "ofdeploy.js")])}`,
  );
}

/** The median of five runs. */
async function startTime(command, args) {
  const times = [];
  for (let index = 0; index < 5; index++) {
    const began = performance.now();
    await run(command, [...args, "--version"]);
    times.push(performance.now() - began);
  }
  return `${times.sort((a, b) => a - b)[2].toFixed(0)} ms`;
}

async function report(title, build) {
  const began = performance.now();
  console.log(`> ${title}`);
  const result = await build();
  console.log(`  done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}
