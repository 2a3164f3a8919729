import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { ensureTestImage, RawEngine, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import { checkFiles } from "./support/files-scenario.js";
import { spawnOfdeploy, type ProcessResult } from "./support/spawn-ofdeploy.js";

const EXAMPLE = fileURLToPath(new URL("../../../cli/example/openfactory.yml", import.meta.url));
const DEMO_IMAGE = "openfactory/demo:1";

/** By default, a swarm observes each new task for five seconds. */
const QUICK = "update_config: {monitor: 500ms}, rollback_config: {monitor: 500ms}";

let swarm: Swarm;
let manager: RawEngine;
let folder: string;

beforeAll(async () => {
  await ensureTestImage(new RawEngine(process.env["DOCKER_HOST"] ?? ""), DEMO_IMAGE);
  swarm = await shareSwarm({ nodes: 3, managers: 1, images: [DEMO_IMAGE, TEST_IMAGE] });
  manager = swarm.nodes[0]!.api;
  folder = await mkdtemp(join(tmpdir(), "ofdeploy-swarm-"));
});
afterAll(async () => {
  await swarm?.down();
  await rm(folder, { recursive: true, force: true });
});

const onManager = (words: readonly string[]): string[] => [
  ...words,
  "--platform",
  "swarm",
  "--host",
  swarm.nodes[0]!.host,
];

const ofdeploy = (...words: string[]): Promise<ProcessResult> => callOfdeploy(onManager(words));

const ofdeployWith = (env: Record<string, string>, ...words: string[]): Promise<ProcessResult> =>
  callOfdeploy(onManager(words), env);

const fileOf = async (text: string): Promise<string> => {
  const file = join(folder, "openfactory.yml");
  await writeFile(file, text);
  return file;
};

interface Task {
  ServiceID: string;
  NodeID: string;
  Status: { State: string };
}

/** The host names of the nodes that run tasks of a service. */
async function nodesOf(service: string): Promise<string[]> {
  const { ID } = await manager.call("GET", `/services/${service}`);
  const tasks: Task[] = await manager.call("GET", "/tasks");
  const nodes: { ID: string; Description: { Hostname: string } }[] = await manager.call("GET", "/nodes");
  return tasks
    .filter(({ ServiceID, Status }) => ServiceID === ID && Status.State === "running")
    .map(({ NodeID }) => nodes.find((node) => node.ID === NodeID)?.Description.Hostname ?? "")
    .sort();
}

const services = async (): Promise<string[]> =>
  ((await manager.call("GET", "/services")) as { Spec: { Name: string } }[]).map(({ Spec }) => Spec.Name).sort();

describe("the example file on a swarm of three nodes", () => {
  test("up deploys to several nodes, the app answers by HTTP, a second up changes nothing, and down removes it", async () => {
    const ofdeploy = (...words: string[]) => spawnOfdeploy(onManager(words));
    const up = await ofdeploy("up", "--file", EXAMPLE);
    expect(up, up.stderr).toMatchObject({ code: 0 });
    expect(await services()).toEqual(["weather-archive", "weather-reader", "weather-station"]);

    const readers = await nodesOf("weather-reader");
    expect(readers).toHaveLength(2);
    const everywhere = new Set([
      ...readers,
      ...(await nodesOf("weather-station")),
      ...(await nodesOf("weather-archive")),
    ]);
    expect(everywhere.size).toBeGreaterThan(1);

    const [home] = await nodesOf("weather-station");
    const address = swarm.nodes.find(({ name }) => name === home)?.address;
    expect(await (await fetch(`http://${address}:18080/`)).text()).toContain("hello from the test image");

    const created = await manager.call("GET", "/services/weather-reader");
    const again = await ofdeploy("up", "--file", EXAMPLE);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("unchanged");
    expect((await manager.call("GET", "/services/weather-reader")).Version).toEqual(created.Version);

    const ps = await ofdeploy("ps", "--file", EXAMPLE);
    expect(ps.stdout).toMatch(/weather-reader +weather-reader +running +2\/2/);
    expect(ps.stdout).toContain(readers[0]);

    const html = join(folder, "plan.html");
    expect(await ofdeploy("plan", "--file", EXAMPLE, "--html", html)).toMatchObject({ code: 0 });
    const page = await readFile(html, "utf8");
    for (const node of readers) expect(page).toContain(`weather-reader runs on node ${node}`);
    expect(page).toContain("weather-archive uses volume weather-archive_archive");

    const logs = await ofdeploy("logs", "weather-archive", "--file", EXAMPLE);
    expect(logs.stdout).toContain("archive opened");

    const down = await ofdeploy("down", "--file", EXAMPLE);
    expect(down, down.stderr).toMatchObject({ code: 0 });
    expect(await services()).toEqual([]);
  });
});

describe("on a swarm", () => {
  afterEach(async () => {
    for (const name of await services()) await manager.request("DELETE", `/services/${name}`);
  });

  const app = (key: string, more: string, image = TEST_IMAGE) => `
  ${key}:
    uuid: ${key.toUpperCase()}
    image: ${image}
    command: sleep 1000
    stop_grace_period: 1s
${more}`;

  test("up obeys constraints, and reports an app without an eligible node", async () => {
    const pinned = await fileOf(
      `name: pinned\napps:${app("on-two", "    deploy: {replicas: 3, placement: {constraints: [node.hostname == node-2]}}")}${app(
        "off-manager",
        "    deploy: {replicas: 4, placement: {constraints: ['node.role!=manager']}}",
      )}\n`,
    );
    const up = await ofdeploy("up", "--file", pinned);
    expect(up, up.stderr).toMatchObject({ code: 0 });
    expect(await nodesOf("on-two")).toEqual(["node-2", "node-2", "node-2"]);
    expect(new Set(await nodesOf("off-manager"))).toEqual(new Set(["node-2", "node-3"]));
    expect(await ofdeploy("down", "--file", pinned)).toMatchObject({ code: 0 });

    const nowhere = await fileOf(
      `name: nowhere\napps:${app("nowhere", "    deploy: {placement: {constraints: [node.hostname == moon]}}")}\n`,
    );
    const refused = await ofdeploy("up", "--file", nowhere);
    expect(refused).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(
        /^error\[CONFLICT\] \S+:8:26: nowhere: No node that is active and ready matches node.hostname == moon/m,
      ),
    });
    expect(await services()).toEqual([]);
    const waited = await ofdeploy("up", "--file", nowhere, "--timeout", "4s", "--no-preflight");
    expect(waited).toMatchObject({ code: 6 });
    expect(waited.stderr).toMatch(/error\[TIMEOUT\].*no suitable node/);
    expect(waited.stderr).toContain("No node matches the constraints");
    expect(await services()).toEqual([]);
  });

  test("plan, up, scale and rollback apply changes, and plan reports manual ones", async () => {
    const version = (level: string) =>
      fileOf(
        `name: changes\napps:${app("web", `    environment: [LEVEL=${level}]\n    deploy: {${QUICK}}`)}${app("db", "")}\n`,
      );
    const first = await version("info");
    expect(await ofdeploy("up", "--file", first)).toMatchObject({ code: 0 });
    const db = await manager.call("GET", "/services/db");
    const second = await version("debug");
    const plan = await ofdeploy("plan", "--file", second, "--show-env");
    expect(plan, plan.stderr).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/~ web .*\n +:\d+ {2}environment\.LEVEL {2}info => debug\n/),
    });
    const up = await ofdeploy("up", "--file", second);
    expect(up, up.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/web +updated +1\/1[^]*db +unchanged/),
    });
    expect((await manager.call("GET", "/services/db")).Version).toEqual(db.Version);
    expect(await ofdeploy("plan", "--file", second)).toMatchObject({ code: 0 });

    const scaled = await ofdeploy("scale", "web=3", "--file", second);
    expect(scaled, scaled.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^web: 1 => 3 replicas, running in /),
    });
    expect(await nodesOf("web")).toHaveLength(3);
    const drift = await ofdeploy("plan", "--file", second);
    expect(drift).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(
        /~ web .*: changed manually[^\n]*\n +:\d+ {2}environment\.SWARM_REPLICAS +3 => 1\n +:\d+ {2}deploy\.replicas +3 => /,
      ),
    });
    expect(await ofdeploy("up", "--file", second)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/web +updated +1\/1/),
    });

    const third = await version("trace");
    await ofdeploy("up", "--file", third);
    const back = await ofdeploy("rollback", "--file", third);
    expect(back, back.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/web +running[^]*changes: 1 running/),
    });
    const { Spec } = await manager.call("GET", "/services/web");
    expect(Spec.TaskTemplate.ContainerSpec.Env).toContain("LEVEL=debug");

    for (const [command, replicas] of [
      ["restart", 1],
      ["stop", 0],
      ["start", 1],
    ] as const) {
      const ran = await ofdeploy(command, "web", "--file", third);
      expect(ran, `${command}: ${ran.stderr}`).toMatchObject({ code: 0 });
      expect((await nodesOf("web")).length, command).toBe(replicas);
    }
    expect(await ofdeploy("down", "--project", "changes", "--yes")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("2 removed"),
    });
  });

  test("up fails with ROLLED_BACK if the swarm rolls an app back, and prints task, node, exit code and log lines", async () => {
    const policy = "    deploy: {update_config: {failure_action: rollback, monitor: 3s, order: stop-first}}";
    const good = (): Promise<string> => fileOf(`name: rolled\napps:${app("web", policy)}\n`);
    expect(await ofdeploy("up", "--file", await good())).toMatchObject({ code: 0 });
    const bad = await fileOf(
      `name: rolled\napps:${app("web", policy).replace("command: sleep 1000", "command: sh -c 'echo no disk; exit 3'")}\n`,
    );
    const up = await ofdeploy("up", "--file", bad);
    expect(up).toMatchObject({ code: 1 });
    expect(up.stdout).toMatch(/web +(?:rolled back|failed) +previous version/);
    expect(up.stdout).toContain("rolled now: 1 previous version");
    expect(up.stderr).toMatch(/^error\[(?:ROLLED_BACK|TASK_FAILED)\] /m);
    expect(up.stderr).toMatch(/instance \w+, node node-\d, exit code 3/);
    expect(up.stderr).toContain("  | no disk\n");
    expect(await ofdeploy("plan", "--file", await good())).toMatchObject({ code: 0 });
    expect(await nodesOf("web")).toHaveLength(1);
  });

  test("an update that crashes is rolled back, while a replica keeps answering requests", async () => {
    // Without a delay, the swarm may update the second replica before it notices the failure of the first.
    const served = `    ports: [{target: 8080, published: 18091, mode: host}]
    healthcheck: {test: "wget -q -O /dev/null http://127.0.0.1:8080/", interval: 500ms, retries: 3}
    deploy:
      replicas: 2
      placement: {constraints: ['node.role!=manager']}
      update_config: {parallelism: 1, delay: 10s, monitor: 2s, failure_action: rollback}`;
    const written = (command: string): Promise<string> =>
      fileOf(
        `name: served\napps:${app("web", served, DEMO_IMAGE).replace("command: sleep 1000", `command: ${command}`)}\n`,
      );
    const good = await written("httpd -f -p 8080 -h /srv");
    expect(await ofdeploy("up", "--file", good)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/web +running +2\/2/),
    });

    const answers = async ({ address }: { address: string }): Promise<void> => {
      const answer = await fetch(`http://${address}:18091/`, {
        headers: { connection: "close" },
        signal: AbortSignal.timeout(2_000),
      });
      if (!(await answer.text()).includes("hello from the test image")) throw new Error("that is another answer");
    };
    const asked = { times: 0, unanswered: 0, off: 0 };
    const over = new AbortController();
    const asking = (async () => {
      for (; !over.signal.aborted; asked.times += 1) {
        const each = await Promise.allSettled(swarm.workers.map(answers));
        const missing = each.filter(({ status }) => status === "rejected").length;
        asked.off += missing === 1 ? 1 : 0;
        asked.unanswered += missing === swarm.workers.length ? 1 : 0;
        await sleep(20);
      }
    })();
    const up = await ofdeploy("up", "--file", await written("sh -c 'echo no disk; exit 3'"));
    over.abort();
    await asking;
    expect(up).toMatchObject({ code: 1, stdout: expect.stringMatching(/web +rolled back +previous version/) });
    expect(up.stderr).toMatch(/^error\[(?:ROLLED_BACK|TASK_FAILED)\] [^]*exit code 3[^]*\n +\| no disk\n/m);
    expect(asked.times).toBeGreaterThan(20);
    // Only one replica was updated, and the other kept running.
    expect(asked).toMatchObject({ unanswered: 0, off: expect.toSatisfy((off: number) => off > 0) });
    await Promise.all(swarm.workers.map(answers));
  });

  test("one file with a file secret, a secret of the environment and a config deploys on a swarm", async () => {
    const file = join(folder, "openfactory.yml");
    const leftovers = async (): Promise<string[]> => {
      const kinds = ["services", "secrets", "configs", "networks"];
      const lists = await Promise.all(kinds.map((kind) => manager.call("GET", `/${kind}`)));
      return (lists.flat() as { Name?: string; Spec?: { Name: string } }[])
        .map(({ Name, Spec }) => Spec?.Name ?? Name ?? "")
        .filter((name) => name.startsWith("owned"));
    };
    const run = (env: Record<string, string>, ...words: string[]) => ofdeployWith(env, ...words, "--file", file);
    await checkFiles({ run, folder, project: "owned", more: `    deploy: {${QUICK}}\n`, leftovers });
  });

  test("up accepts a secret of the maximum size, and rejects a larger one with its position", async () => {
    const file = await fileOf(
      `name: sizes\nsecrets: {key: {file: large.bin}}\napps:${app("large", "    secrets: [key]")}\n`,
    );
    await writeFile(join(folder, "large.bin"), Buffer.alloc(500 * 1024 - 1, 7));
    const taken = await ofdeploy("up", "--file", file);
    expect(taken, taken.stderr).toMatchObject({ code: 0 });
    expect(await ofdeploy("down", "--file", file)).toMatchObject({ code: 0 });
    await writeFile(join(folder, "large.bin"), Buffer.alloc(500 * 1024, 7));
    expect(await ofdeploy("up", "--file", file)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/openfactory\.yml:2:17: .*smaller than 500 KiB/),
    });
  });

  test("the later of two concurrent runs fails with the name of the lock holder", async () => {
    const file = await fileOf(
      `name: locked\napps:${app("slow", '    healthcheck: {test: "sleep 4", interval: 1s, timeout: 10s}')}\n`,
    );
    const first = ofdeploy("up", "--file", file);
    await expect.poll(services).toContain("slow");
    const second = await ofdeploy("down", "--file", file);
    expect(second).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/error\[CONFLICT\] .*ofdeploy up, pid \d+/),
    });
    expect(await first).toMatchObject({ code: 0 });
    expect(await ofdeploy("down", "--file", file)).toMatchObject({ code: 0 });
  });

  test("up rejects local storage with its position, before any change", async () => {
    const file = await fileOf(
      `name: local\napps:${app("kept", "    storage: {data: {type: local, local_path: /srv, mount_point: /data}}")}\n`,
    );
    const refused = await ofdeploy("up", "--file", file);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toMatch(/error\[INVALID_FILE\] .*openfactory\.yml:\d+:\d+/);
    expect(await services()).toEqual([]);
  });

  test("up fails when all nodes reject an image, and reverts the run", async () => {
    const file = await fileOf(
      `name: missing\napps:${app("fine", "")}
  broken:
    uuid: BROKEN
    image: openfactory/no-such-image:1
    deploy: {restart_policy: {delay: 500ms}}
`,
    );
    const up = await ofdeploy("up", "--file", file);
    expect(up).toMatchObject({ code: 1 });
    expect(up.stderr).toMatch(
      /error\[IMAGE_NOT_FOUND\].*rejected on node-\d: No such image: openfactory\/no-such-image:1/,
    );
    expect(up.stderr).toMatch(/\n {2}hint: Check that docker\.io has the image/);
    expect(await services()).toEqual([]);
  });

  test("refresh-auth stores the new password in the project's services, and restarts nothing", async () => {
    const registry = await startRegistry({ auth: true, address: swarm.gateway });
    try {
      await registry.push(manager, TEST_IMAGE, "app:1");
      const env = { DOCKER_CONFIG: folder };
      const logIn = (): Promise<void> => {
        const { username, password } = registry.credentials!;
        const auth = Buffer.from(`${username}:${password}`).toString("base64");
        return writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
      };
      const ofPrivate = (key: string) => app(key, "    image_pull_policy: always\n", `${registry.host}/app:1`);
      const file = await fileOf(`name: private\napps:${ofPrivate("private-app")}${app("open-app", "")}\n`);
      const tasks = async (): Promise<string[]> =>
        ((await manager.call("GET", "/tasks")) as { ID: string }[]).map(({ ID }) => ID).sort();
      await logIn();
      const up = await ofdeployWith(env, "up", "--file", file);
      expect(up, up.stderr).toMatchObject({ code: 0 });
      const before = await tasks();

      registry.changePassword();
      await logIn();
      const refreshed = await ofdeployWith(env, "refresh-auth", "--file", file);
      expect(refreshed, refreshed.stderr).toMatchObject({ code: 0 });
      expect(refreshed.stdout).toMatch(
        /^private-app: renewed\nopen-app: unchanged, no credentials to store\nprivate: 1 renewed in /,
      );
      expect(refreshed.stderr).toContain(
        "warning[NO_CREDENTIALS] open-app: image: Docker's config.json has no credentials for docker.io",
      );
      expect(await tasks()).toEqual(before);
      for (const { stdout, stderr } of [up, refreshed])
        expect(`${stdout}${stderr}`).not.toMatch(/open-(?:sesame|barley)/);

      const other = await fileOf(`name: other\napps:${ofPrivate("other-app")}\n`);
      const refused = await ofdeployWith({ DOCKER_CONFIG: join(folder, "none") }, "up", "--file", other);
      expect(refused).toMatchObject({ code: 4 });
      expect(refused.stderr).toContain(`has no login for this registry. Run \`docker login ${registry.host}\`.`);
      expect(await services()).toEqual(["open-app", "private-app"]);
    } finally {
      await registry.stop();
    }
  });

  test("up reports a missing network, a network of one node and a port in use, before any change", async () => {
    const missing = await ofdeploy(
      "up",
      "--file",
      await fileOf(`name: n\napps:${app("net-app", "    networks: [no-such-net]")}\n`),
    );
    expect(missing.stderr).toMatch(/error\[NETWORK_NOT_FOUND\] \S+:8:16: net-app: There is no network no-such-net/);
    await manager.call("POST", "/networks/create", { Name: "one-node", Driver: "bridge" });
    const local = await ofdeploy(
      "up",
      "--file",
      await fileOf(`name: n\napps:${app("net-app", "    networks: [one-node]")}\n`),
    );
    expect(local).toMatchObject({ code: 5 });
    expect(local.stderr).toMatch(/error\[CONFLICT\] \S+:8:16: net-app: Network one-node is not a network of the swarm/);
    expect(await services()).toEqual([]);

    const first = await fileOf(`name: first\napps:${app("first-app", '    ports: ["18090:80"]')}\n`);
    expect(await ofdeploy("up", "--file", first)).toMatchObject({ code: 0 });
    const second = await ofdeploy(
      "up",
      "--file",
      await fileOf(`name: second\napps:${app("second-app", '    ports: ["18090:80"]')}\n`),
    );
    expect(second).toMatchObject({ code: 5 });
    expect(second.stderr).toMatch(
      /error\[CONFLICT\] \S+:8:13: second-app: Host port 18090 is already published by service first-app/,
    );
    expect(await services()).toEqual(["first-app"]);
  });

  test("up fails with NOT_A_SWARM_MANAGER on a worker", async () => {
    const file = await fileOf(`name: n\napps:${app("worker-app", "")}\n`);
    const up = await callOfdeploy(["up", "--file", file, "--platform", "swarm", "--host", swarm.workers[0]!.host]);
    expect(up).toMatchObject({ code: 4 });
    expect(up.stderr).toMatch(/error\[NOT_A_SWARM_MANAGER\]/);
  });
});
