import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { accessSync, appendFileSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineApi, freePort, RawEngine, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const bin = join(root, "apps/cli/bin/ofdeploy.js");
const TEST_LABELS = { "org.openfactory.deploy.test": "1" };

interface ProcessResult {
  code: number | null;
  out: string;
  err: string;
}

interface RunOptions {
  env?: Record<string, string | undefined>;
  uid?: number;
  /** Receives all text on stderr so far, and a function that sends a signal. */
  onError?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

let folder: string;
let id: string;
let network: string;

/** Runs the command as a process. */
function ofdeploy(args: string[], { env = {}, uid, onError }: RunOptions = {}): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => {
      err += chunk;
      onError?.(err, (signal) => child.kill(signal));
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

/** Writes a file of apps, each with its own lines, all with the label of tests. */
function write(apps: Record<string, string>): void {
  const entries = Object.entries(apps).map(([key, more]) =>
    [
      `  ${key}:`,
      `    uuid: ${id}-${key}`,
      `    labels: ["org.openfactory.deploy.test=1"]`,
      "    stop_grace_period: 1s",
      ...more
        .trim()
        .split("\n")
        .map((line) => `    ${line.trimEnd()}`),
    ].join("\n"),
  );
  writeFileSync(join(folder, "openfactory.yml"), `name: ${id}\napps:\n${entries.join("\n")}\n`);
}

const image = `image: ${TEST_IMAGE}`;
const sleeps = `${image}\ncommand: sleep 600`;
/** All containers, or the running ones: previous versions are kept for a rollback, stopped. */
const containers = async (query = "?all=1"): Promise<string[]> => {
  const { body } = await engineApi("GET", `/containers/json${query}`);
  return (body as { Names: string[] }[])
    .flatMap(({ Names }) => Names.map((name) => name.slice(1)))
    .filter((name) => name.startsWith(id))
    .sort();
};

beforeAll(async () => {
  network = `cli-${randomBytes(4).toString("hex")}`;
  await engineApi("POST", "/networks/create", { Name: network, Labels: TEST_LABELS });
});
afterAll(async () => {
  await engineApi("DELETE", `/networks/${network}`);
});
beforeEach(() => {
  id = `cli-${randomBytes(4).toString("hex")}`;
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-"));
});
afterEach(async () => {
  for (const name of await containers()) await engineApi("DELETE", `/containers/${name}?force=1&v=1`);
  rmSync(folder, { recursive: true, force: true });
});

describe("on a real engine", () => {
  test("up, a second up, ps, logs and down print the state of the apps", async () => {
    write({
      web: `${image}
command: sh -c 'echo from the app; exec httpd -f -p 8080 -h /srv'
networks: [${network}]
healthcheck: {test: "echo | nc 127.0.0.1 8080", interval: 1s}
depends_on: {init: {condition: service_completed_successfully}}`,
      init: `${image}\ncommand: echo prepared\nrestart: "no"`,
    });
    const up = await ofdeploy(["up"]);
    expect(up.err).not.toContain("error[");
    expect(up).toMatchObject({ code: 0 });
    expect(up.out).toMatch(/web +running +1\/1[^]*init +completed/);
    expect(await containers()).toEqual([`${id}-init`, `${id}-web`]);

    const again = await ofdeploy(["up", "--json"]);
    const events = again.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; action?: string; apps?: { outcome: string }[] });
    expect(events.at(-1)?.apps?.map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
    expect(events.map(({ event }) => event)).not.toContain("phase");

    const ps = await ofdeploy(["ps"]);
    expect(ps.out).toMatch(new RegExp(`web +${id}-web +running +1/1 +${TEST_IMAGE}`));
    expect(ps.out).toMatch(/init .* completed/);
    expect((await ofdeploy(["logs", "init"])).out).toBe("init | prepared\n");
    expect((await ofdeploy(["logs"])).out).toContain("web  | from the app\n");

    const down = await ofdeploy(["down"]);
    expect(down.out).toContain("2 removed");
    expect(down).toMatchObject({ code: 0 });
    expect(await containers()).toEqual([]);
    expect((await ofdeploy(["down"])).out).toContain("nothing to remove");
  });

  test("up pulls an image of several apps once, and prints one line for it", async () => {
    const registry = await startRegistry();
    const reference = `${registry.host}/app:1`;
    try {
      await registry.push(new RawEngine(process.env["DOCKER_HOST"] ?? ""), TEST_IMAGE, "app:1");
      await engineApi("DELETE", `/images/${reference}`);
      const pulled = `image: ${reference}\ncommand: sleep 600`;
      write({ one: pulled, two: pulled, three: pulled });
      const up = await ofdeploy(["up", "--no-wait"]);
      expect(up.err).toMatch(new RegExp(`^one: pulling ${reference}$`, "m"));
      expect(up.err.split("\n").filter((line) => line.startsWith(`${reference}: `))).toEqual([`${reference}: pulled`]);
      expect(up).toMatchObject({ code: 0 });

      write({
        four: `${pulled}\nimage_pull_policy: never`,
        five: `image: ${registry.host}/app:2\nimage_pull_policy: never`,
      });
      const never = await ofdeploy(["up", "--no-rollback", "--no-preflight"]);
      expect(never.err).toContain(`does not have the image ${registry.host}/app:2, and its pull policy is never.`);
      expect(never.out).toMatch(/four +running[^]*five +failed/);
    } finally {
      for (const name of await containers()) await engineApi("DELETE", `/containers/${name}?force=1&v=1`);
      await engineApi("DELETE", `/images/${reference}`);
      await registry.stop();
    }
  });

  test("up creates a declared network and down removes it; unsupported fields are warnings", async () => {
    write({ web: `${sleeps}\nnetworks: [back]\ndeploy: {update_config: {parallelism: 1}}` });
    appendFileSync(join(folder, "openfactory.yml"), "networks: {back: {labels: [org.openfactory.deploy.test=1]}}\n");
    const up = await ofdeploy(["up"]);
    expect(up).toMatchObject({ code: 0, out: expect.stringContaining(`created: network ${id}_back\n`) });
    expect(up.err).toMatch(/warning\[FIELD_NOT_SUPPORTED\] web: .*update_?config/i);
    const { body } = await engineApi("GET", `/networks/${id}_back`);
    expect(
      Object.values((body as { Containers: Record<string, { Name: string }> }).Containers).map(({ Name }) => Name),
    ).toEqual([`${id}-web`]);
    expect(await ofdeploy(["plan"])).toMatchObject({ code: 0 });
    expect(await ofdeploy(["down"])).toMatchObject({
      code: 0,
      out: expect.stringContaining(`removed: network ${id}_back\n`),
    });
    expect((await engineApi("GET", `/networks/${id}_back`)).status).toBe(404);
  });

  test("doctor checks the engine and the network", async () => {
    write({ web: `${sleeps}\nnetworks: [${network}]` });
    const good = await ofdeploy(["doctor"]);
    expect(good.out).toMatch(/^ok +engine: Engine \d+/m);
    expect(good).toMatchObject({ code: 0 });
    write({ web: `${sleeps}\nnetworks: [${id}-net]` });
    const bad = await ofdeploy(["doctor"]);
    expect(bad.out).toMatch(/^failed +network .*\n {2}hint: /m);
    expect(bad).toMatchObject({ code: 1 });
  });
});

/** Inspects a container. */
const inspect = async (
  name: string,
): Promise<{
  Id: string;
  State: { Running: boolean };
  Config: { Env: string[]; Cmd: string[] | null; Entrypoint: string[] | null };
}> => (await engineApi("GET", `/containers/${id}-${name}/json`)).body as never;

describe("changes on a real engine", () => {
  const withEnvFile = `${sleeps}\nenv_file: web.env`;

  test("plan shows the changes of an env file field by field, and up applies them to the affected app only", async () => {
    write({ web: withEnvFile, db: sleeps });
    writeFileSync(join(folder, "web.env"), "LEVEL=info\nTOKEN=hunter2\n");
    expect(await ofdeploy(["plan"])).toMatchObject({ code: 2, out: expect.stringContaining("2 to create") });
    expect(await ofdeploy(["up"])).toMatchObject({ code: 0 });
    expect(await ofdeploy(["plan"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("nothing to do; 2 unchanged"),
    });

    writeFileSync(join(folder, "web.env"), "LEVEL=debug\nTOKEN=hunter2\n");
    const plan = await ofdeploy(["plan"]);
    expect(plan).toMatchObject({ code: 2 });
    expect(plan.out).toContain("environment.LEVEL  (hidden) => (hidden)");
    expect(plan.out).not.toMatch(/TOKEN|debug/);
    expect((await ofdeploy(["plan", "--show-env"])).out).toContain("environment.LEVEL  info => debug");
    const before = await inspect("db");
    const up = await ofdeploy(["up"]);
    expect(up).toMatchObject({ code: 0, out: expect.stringMatching(/web +updated[^]*db +unchanged/) });
    expect((await inspect("web")).Config.Env).toContain("LEVEL=debug");
    expect((await inspect("db")).Id).toBe(before.Id);
    expect(await containers("")).toEqual([`${id}-db`, `${id}-web`]);

    const back = await ofdeploy(["rollback"]);
    expect(back).toMatchObject({ code: 0, out: expect.stringMatching(/^web +running[^]*: 1 running in /m) });
    expect((await inspect("web")).Config.Env).toContain("LEVEL=info");
    expect((await inspect("db")).Id).toBe(before.Id);
    expect(await ofdeploy(["down"])).toMatchObject({ code: 0 });
    expect(await containers()).toEqual([]);
  });

  test("plan reports manual changes, and up --refresh reverts them", async () => {
    write({ web: sleeps });
    await ofdeploy(["up"]);
    await engineApi("POST", `/networks/${network}/connect`, { Container: `${id}-web` });
    expect(await ofdeploy(["plan"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("warning[NEEDS_REFRESH] Changed manually since the last deploy: web."),
      out: expect.stringMatching(/web .*: changed manually[^]*networks/),
    });
    expect((await ofdeploy(["ps"])).out).toMatch(/web .* running/);
    expect(await ofdeploy(["up", "--refresh"])).toMatchObject({ code: 0, out: expect.stringMatching(/web +updated/) });
    expect(await ofdeploy(["plan"])).toMatchObject({ code: 0 });
  });

  test("up keeps the running versions if a new one fails, and prints its container, exit code and log lines", async () => {
    write({ web: withEnvFile, db: sleeps });
    writeFileSync(join(folder, "web.env"), "LEVEL=info\n");
    await ofdeploy(["up"]);
    write({
      web: `${image}\ncommand: sh -c 'echo no disk; exit 3'\nrestart: "no"\ndepends_on: {db: {condition: service_healthy}}`,
      db: `${sleeps}\nenvironment: [B=2]`,
    });
    const failed = await ofdeploy(["up"]);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.err).toMatch(/^error\[TASK_FAILED\] [^]*exit code 3[^]*\| no disk\n/m);
    expect(failed.out).toMatch(/web +(?:failed|rolled back) +previous version[^]*db +reverted +previous version/);
    expect(failed.out).toContain("reverting this run:\n");
    const { State, Config } = await inspect("web");
    expect({ running: State.Running, env: Config.Env }).toEqual({
      running: true,
      env: expect.arrayContaining(["LEVEL=info"]),
    });
    expect((await inspect("db")).Config.Env).not.toContain("B=2");
    expect(await containers("")).toEqual([`${id}-db`, `${id}-web`]);
  });

  test("up --adopt takes ownership of a container, and up --prune removes apps that are no longer in the file", async () => {
    await engineApi("POST", `/containers/create?name=${id}-web`, {
      Image: TEST_IMAGE,
      Cmd: ["sleep", "600"],
      Labels: TEST_LABELS,
    });
    write({ web: sleeps, db: sleeps });
    expect(await ofdeploy(["adopt", "web"])).toMatchObject({ code: 0, out: expect.stringMatching(/web +adopted/) });
    expect(await containers("")).toEqual([`${id}-web`]);
    await ofdeploy(["up"]);
    write({ db: sleeps });
    expect(await ofdeploy(["up"])).toMatchObject({ code: 0, err: expect.stringContaining("warning[ORPHAN]") });
    expect(await ofdeploy(["up", "--prune"])).toMatchObject({ code: 0, out: expect.stringContaining("web: removed") });
    expect(await containers()).toEqual([`${id}-db`]);
  });

  /** Creates a container as another tool does, and kills its adoption as soon as a container of the new version runs. */
  async function interruptAdoption(HostConfig: object, more: string, candidate: string): Promise<string> {
    const name = `${id}-web`;
    const body = { Image: TEST_IMAGE, Cmd: ["sleep", "600"], StopTimeout: 1, Labels: TEST_LABELS, HostConfig };
    const { Id } = (await engineApi("POST", `/containers/create?name=${name}`, body)).body as { Id: string };
    await engineApi("POST", `/containers/${name}/start`);
    write({ web: `${sleeps}\nhealthcheck: {test: "exit 1", interval: 1s, retries: 100}\n${more}` });
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    const adopting = ofdeploy(["adopt", "web"], { onError: (_, by) => (kill = by) });
    await expect
      .poll(
        async () => {
          const running = (await engineApi("GET", "/containers/json")).body as { Id: string; Names: string[] }[];
          return running.some((each) => each.Id !== Id && each.Names.includes(`/${candidate}`));
        },
        { interval: 50 },
      )
      .toBe(true);
    kill?.("SIGKILL");
    expect((await adopting).code).toBeNull();
    return Id;
  }

  test("down after a killed adoption removes the new container, and keeps the original of another tool", async () => {
    const candidate = `${id}-web.candidate`;
    const original = await interruptAdoption({}, "", candidate);
    expect((await ofdeploy(["ps"])).out).toMatch(
      /web .* running \(not managed\)[^]*web .*\.candidate .*\(interrupted change\)/,
    );
    expect((await ofdeploy(["plan"])).out).toContain("An adoption by this project was interrupted");
    expect((await ofdeploy(["ls"])).out).toContain(id);
    expect(await ofdeploy(["down"])).toMatchObject({ code: 0, out: expect.stringContaining(`${candidate}: removed`) });
    expect(await containers()).toEqual([`${id}-web`]);
    expect(await inspect("web")).toMatchObject({ Id: original, State: { Running: true } });
  });

  test("down after a killed adoption that has stopped the original removes the new container, and starts the original", async () => {
    const port = await freePort();
    const bound = { PortBindings: { "8080/tcp": [{ HostPort: `${port}` }] } };
    const original = await interruptAdoption(bound, `ports: ["${port}:8080"]`, `${id}-web`);
    expect(await containers()).toEqual([`${id}-web`, `${id}-web.retiring`]);
    expect(await ofdeploy(["down", "--dry-run"])).toMatchObject({
      code: 2,
      out: expect.stringContaining("is restored"),
    });
    expect(await ofdeploy(["down"])).toMatchObject({ code: 0, out: expect.stringContaining("web: removed") });
    expect(await containers()).toEqual([`${id}-web`]);
    expect(await inspect("web")).toMatchObject({ Id: original, State: { Running: true } });
  });
});

/** Expects a run to fail with one sentence and a hint, and to leave the engine unchanged. */
async function fails(
  ran: Promise<ProcessResult>,
  code: number,
  message: RegExp,
  remaining: string[] = [],
): Promise<ProcessResult> {
  const { err, out, code: exitCode } = await ran;
  expect(err).toMatch(message);
  expect(err).toMatch(/\n {2}hint: /);
  expect(`${err}${out}`).not.toMatch(/\n {4}at |\[object/);
  expect(exitCode).toBe(code);
  expect(await containers()).toEqual(remaining);
  return { err, out, code: exitCode };
}

describe("up fails on a real engine", () => {
  test("if a host port is in use", async () => {
    const server = createServer().listen(0, "0.0.0.0");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    write({ web: `${sleeps}\nports: ["${port}:80"]`, db: sleeps });
    await fails(ofdeploy(["up"]), 5, new RegExp(`^error\\[CONFLICT\\] .*${port}`, "m"));
    server.close();
  });

  test("if a network is missing", async () => {
    write({ web: `${sleeps}\nnetworks: [${id}-net]`, db: sleeps });
    await fails(ofdeploy(["up"]), 1, new RegExp(`^error\\[NETWORK_NOT_FOUND\\] .*${id}-net`, "m"));
  });

  test("if an image does not exist", async () => {
    write({ web: `image: 127.0.0.1:9/no/such:1\ncommand: sleep 600` });
    // No registry listens there. Engines report this in two ways.
    await fails(ofdeploy(["up"]), 1, /^error\[(IMAGE_NOT_FOUND|ENGINE_ERROR)\] /m);
  });

  test("if another container has the name of a service, which is not changed", async () => {
    const { body } = await engineApi("POST", `/containers/create?name=${id}-web`, {
      Image: TEST_IMAGE,
      Labels: TEST_LABELS,
    });
    write({ web: sleeps, db: sleeps });
    await fails(ofdeploy(["up"]), 5, /^error\[CONFLICT\] openfactory\.yml:\d+:\d+: web: a service/m, [`${id}-web`]);
    expect((await ofdeploy(["down"])).out).toContain("kept: ");
    const { body: after } = await engineApi("GET", `/containers/${id}-web/json`);
    expect((after as { Id: string }).Id).toBe((body as { Id: string }).Id);
  });

  test("if a process exits: prints its exit code and last log lines, and reverts all changes", async () => {
    write({ web: `${image}\ncommand: sh -c 'echo no disk; exit 3'\nrestart: "no"`, db: sleeps });
    const { err, out } = await fails(ofdeploy(["up"]), 1, /^error\[TASK_FAILED\] /m);
    expect(err).toContain("exit code 3");
    expect(err).toContain("  | no disk\n");
    expect(out).toMatch(/web +failed/);
  });

  test("if the time limit has passed", async () => {
    write({ web: `${sleeps}\nhealthcheck: {test: "exit 1", interval: 1s, retries: 100}` });
    await fails(ofdeploy(["up", "--timeout", "2s"]), 6, /^error\[TIMEOUT\] /m);
  });

  test("if the engine is unreachable", async () => {
    write({ web: sleeps });
    await fails(ofdeploy(["up", "-H", `unix://${folder}/none.sock`]), 4, /^error\[ENGINE_UNREACHABLE\] /m);
    await fails(ofdeploy(["up", "-H", "tcp://127.0.0.1:9"]), 4, /^error\[ENGINE_UNREACHABLE\] /m);
  });

  test("if the user may not open the socket", async (ctx) => {
    const socket = process.env["DOCKER_HOST"]?.replace(/^unix:\/\//, "") ?? "";
    if (process.getuid?.() !== 0) ctx.skip("it takes root to run as a user without permission");
    if (!socket.startsWith("/")) ctx.skip("the engine is not behind a Unix socket");
    if ((statSync(root).mode & constants.S_IXOTH) === 0) ctx.skip("the checkout may not be read by other users");
    accessSync(socket);
    write({ web: sleeps });
    const config = join(folder, "openfactory.yml");
    const { chmodSync } = await import("node:fs");
    chmodSync(folder, 0o755);
    chmodSync(config, 0o644);
    await fails(
      ofdeploy(["up"], { uid: 65534, env: { HOME: folder, NODE_COMPILE_CACHE: undefined } }),
      4,
      /^error\[(ENGINE_UNREACHABLE|UNAUTHORIZED)\] .*(permission|may not)/im,
    );
  });

  test("on the platform swarm if the engine is not a swarm manager", async (ctx) => {
    const { body } = await engineApi("GET", "/info");
    if ((body as { Swarm?: { ControlAvailable?: boolean } }).Swarm?.ControlAvailable)
      ctx.skip("this engine is a swarm manager");
    write({ web: sleeps });
    await fails(ofdeploy(["up", "--platform", "swarm"]), 4, /^error\[NOT_A_SWARM_MANAGER\] /m);
  });
});

describe("as a process", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s reverts the run and exits with %d", async (signal, code) => {
    write({ web: `${sleeps}\nhealthcheck: {test: "exit 1", interval: 1s, retries: 100}`, db: sleeps });
    let sent = false;
    const ran = await ofdeploy(["up"], {
      onError: (text, kill) => {
        if (sent || !text.includes("web: waiting")) return;
        sent = true;
        kill(signal);
      },
    });
    expect(ran).toMatchObject({ code });
    expect(ran.err).toContain("reverting the changes of this run");
    expect(await containers()).toEqual([]);
  });

  test("logs --follow ends without an error when its reader closes the pipe", async () => {
    write({ web: `${image}\ncommand: sh -c 'while true; do echo line; done'` });
    await ofdeploy(["up"]);
    const { stdout, stderr } = await promisify(execFile)(
      "sh",
      ["-c", `"${process.execPath}" "${bin}" logs --follow | head -2`],
      { cwd: folder },
    );
    expect(stdout).toBe("web | line\nweb | line\n");
    expect(stderr).toBe("");
  });
});
