import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureNodeImage } from "@openfactory/swarm-harness";
import { logToStderr, RawEngine, runInside, TEST_IMAGE, TEST_LABEL } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

// Builds what is released, and uses it in containers without Node, on the engine that runs these containers.

const LIMIT = 600_000;
const run = promisify(execFile);
const engine = new RawEngine(process.env["DOCKER_HOST"] ?? "");
const [, socket] = /^unix:\/\/(.*)$/.exec(process.env["DOCKER_HOST"] ?? "") ?? [];
const onSocket = test.skipIf(socket === undefined);
const id = `release-${randomBytes(4).toString("hex")}`;
const [labelKey = "", labelValue = ""] = TEST_LABEL.split("=");

const PLUGIN = `
export const plugin = {
  name: "shelf", contractVersion: 1, description: "A shelf.",
  options: { safeParse: (data) => ({ success: true, data }) },
  register() {},
};
`;

let folder: string;
let files: string[];
let debian: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "of-release-")));
  const main = fileURLToPath(new URL("main.mjs", import.meta.url));
  await run(process.execPath, [main, "--targets", "linux-x64", "--no-packages", "--out", join(folder, "out")]);
  files = await readdir(join(folder, "out"));
  const app = { uuid: id.toUpperCase(), image: TEST_IMAGE, command: ["sleep", "600"], stop_grace_period: "0s" };
  await writeFile(join(folder, "openfactory.yml"), JSON.stringify({ name: id, apps: { [id]: app } }));
  await writeFile(join(folder, "shelf.mjs"), PLUGIN);
  // Debian without Node. The nodes of Docker may be official images, which are not Debian.
  debian = await ensureNodeImage(engine, "podman-4.3", logToStderr);
}, LIMIT);
afterAll(async () => {
  await engine.request("DELETE", "/images/ofdeploy:0.0.0?force=true");
  await rm(folder, { recursive: true, force: true });
});

const containers: string[] = [];
afterEach(async () => {
  for (const name of [...containers.splice(0), id])
    await engine.request("DELETE", `/containers/${name}?force=true&v=true`);
});

/** Starts a container with the engine's socket, and the folder at its own path. */
async function start(name: string, settings: object): Promise<string> {
  const full = `${id}-${name}`;
  containers.push(full);
  await engine.call("POST", `/containers/create?name=${full}`, {
    WorkingDir: folder,
    Labels: { [labelKey]: labelValue },
    HostConfig: { Binds: [`${socket}:/var/run/docker.sock`, `${folder}:${folder}`] },
    ...settings,
  });
  await engine.call("POST", `/containers/${full}/start`);
  return full;
}

const startDebian = async (name: string) => {
  const container = await start(name, { Image: debian, Entrypoint: ["sleep", "600"], Cmd: [] });
  return (command: string) => runInside(engine, container, ["sh", "-c", command]);
};

const fileNamed = (form: RegExp): string => join(folder, "out", files.find((file) => form.test(file)) ?? "missing");

async function expectUsable(sh: Awaited<ReturnType<typeof startDebian>>, ofdeploy: string): Promise<void> {
  expect((await sh("command -v node")).exitCode).not.toBe(0);
  expect(await sh(`${ofdeploy} --version`)).toMatchObject({ exitCode: 0, stdout: "ofdeploy 0.0.0\n" });
  expect(await sh(`${ofdeploy} plan`)).toMatchObject({ exitCode: 2, stdout: expect.stringContaining("1 to create") });
  const up = await sh(`${ofdeploy} up`);
  expect(up, up.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 running") });
  expect((await engine.call("GET", `/containers/${id}/json`)).State.Running).toBe(true);
  expect(await sh(`${ofdeploy} down`)).toMatchObject({ exitCode: 0 });
  expect((await engine.request("GET", `/containers/${id}/json`)).status).toBe(404);
}

onSocket(
  "the executable deploys from a container without Node, loads a third-party plugin, and starts with options of Node",
  { timeout: LIMIT },
  async () => {
    const sh = await startDebian("executable");
    const executable = fileNamed(/linux-x64$/);
    await expectUsable(sh, executable);
    const { stdout, stderr } = await sh(`${executable} platforms --plugin ./shelf.mjs`);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^shelf/m);
    // `platforms` creates each strategy, and this plugin registers none.
    expect(stdout).toContain("failed to start");
    // V8 accepts compiled code only with the options of its build.
    expect(await sh(`NODE_OPTIONS=--stack-trace-limit=20 ${executable} --version`)).toMatchObject({
      exitCode: 0,
      stdout: "ofdeploy 0.0.0\n",
      stderr: "",
    });
  },
);

onSocket(
  "the Debian package deploys from a container without Node, and installs manual and completions",
  { timeout: LIMIT },
  async () => {
    const sh = await startDebian("debian");
    const installed = await sh(`dpkg --install ${fileNamed(/\.deb$/)}`);
    expect(installed, installed.stderr).toMatchObject({ exitCode: 0 });
    await expectUsable(sh, "ofdeploy");
    const completed = await sh(
      `bash -c 'source /usr/share/bash-completion/completions/ofdeploy; COMP_LINE="ofdeploy val"; COMP_POINT=12; COMP_WORDS=(ofdeploy val); COMP_CWORD=1; _ofdeploy; echo "\${COMPREPLY[@]}"'`,
    );
    expect(completed.stdout).toBe("validate\n");
    const names = "usr/share/zsh/vendor-completions/_ofdeploy usr/share/fish/vendor_completions.d/ofdeploy.fish";
    expect((await sh(`cd / && dpkg --listfiles ofdeploy && ls ${names}`)).stdout).toContain(
      "/usr/share/man/man1/ofdeploy.1.gz",
    );
    // The minimal system of a node drops manual pages, so the package's own file is read.
    const manual = await sh(
      `dpkg-deb --fsys-tarfile ${fileNamed(/\.deb$/)} | tar -xO ./usr/share/man/man1/ofdeploy.1.gz | zcat`,
    );
    expect(manual.stdout).toContain('.SS "ofdeploy up [apps...]"');
    expect(await sh("dpkg --remove ofdeploy && ! command -v ofdeploy")).toMatchObject({ exitCode: 0 });
  },
);

onSocket("the image deploys", { timeout: LIMIT }, async () => {
  await engine.call("POST", "/images/load", createReadStream(fileNamed(/image-amd64\.tar$/)), {
    headers: { "content-type": "application/x-tar" },
  });
  const runImage = async (name: string, ...command: string[]): Promise<number> => {
    const container = await start(name, { Image: "ofdeploy:0.0.0", Cmd: command });
    return (await engine.call("POST", `/containers/${container}/wait`)).StatusCode;
  };
  expect(await runImage("version", "--version")).toBe(0);
  expect(await runImage("plan", "plan")).toBe(2);
  expect(await runImage("up", "up")).toBe(0);
  expect((await engine.call("GET", `/containers/${id}/json`)).State.Running).toBe(true);
  expect(await runImage("down", "down")).toBe(0);
});

test("SHA256SUMS has the checksum of every file", { timeout: LIMIT }, async () => {
  const { stdout } = await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: join(folder, "out") });
  expect(stdout.trim().split("\n")).toEqual(
    files
      .filter((file) => file !== "SHA256SUMS")
      .sort()
      .map((file) => `${file}: OK`),
  );
  expect(await readFile(join(folder, "out", "SHA256SUMS"), "utf8")).toMatch(/^[0-9a-f]{64} {2}ofdeploy/);
});
