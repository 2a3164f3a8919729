import { setTimeout as sleep } from "node:timers/promises";
import { createSwarm, type Node, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AppFolder } from "./app-folder.js";

// Three managers and two workers. A test that stops nodes starts them again.

let swarm: Swarm;
let apps: AppFolder;
let count = 0;
const isDown = new Set<Node>();

beforeAll(async () => {
  swarm = await createSwarm({ nodes: 5, managers: 3, images: [TEST_IMAGE] });
});
beforeEach(() => {
  // A separate project for each test, so that the lock of a failed test blocks no other test.
  apps = new AppFolder(`outage${(count += 1)}`, () => onManagers(swarm.managers));
});
afterEach(async () => {
  for (const node of isDown) await node.start();
  isDown.clear();
  await everyNodeReady();
  const down = await apps.run(["down"]);
  expect(down.code, down.text).toBe(0);
  apps.remove();
});
afterAll(() => swarm?.down());

const onManagers = (managers: readonly Node[]): string[] => [
  "--platform",
  "swarm",
  ...managers.flatMap(({ host }) => ["--host", host]),
];

async function kill(...nodes: Node[]): Promise<void> {
  for (const node of nodes) isDown.add(node);
  await Promise.all(nodes.map((node) => node.kill()));
}

async function startAgain(): Promise<void> {
  await Promise.all([...isDown].map((node) => node.start()));
  isDown.clear();
  await everyNodeReady();
}

const aManager = (): Node => swarm.managers.find((node) => !isDown.has(node)) as Node;

interface NodeObject {
  Description: { Hostname: string };
  Status: { State: string };
  ManagerStatus?: { Leader?: boolean };
}
const nodes = async (): Promise<NodeObject[]> => aManager().api.call("GET", "/nodes");

async function everyNodeReady(): Promise<void> {
  const ready = async () => (await nodes().catch(() => [])).filter(({ Status }) => Status.State === "ready").length;
  await expect.poll(ready, { timeout: 120_000, interval: 500 }).toBe(swarm.nodes.length);
}

async function leader(): Promise<Node> {
  const found = (await nodes()).find(({ ManagerStatus }) => ManagerStatus?.Leader);
  return swarm.managers.find(({ name }) => name === found?.Description.Hostname) as Node;
}

const followers = async (): Promise<Node[]> => {
  const first = await leader();
  return swarm.managers.filter((node) => node !== first);
};

/** The version and the running and desired tasks of each service. A task of a lost node may count as running, beside its substitute. */
async function services(): Promise<Record<string, string>> {
  const all: Service[] = await aManager().api.call("GET", "/services?status=true");
  return Object.fromEntries(
    all
      .filter(({ Spec }) => Spec.Name.startsWith(`${apps.project}-`))
      .map(({ Spec, ServiceStatus: { RunningTasks, DesiredTasks } }) => [
        Spec.Name.slice(apps.project.length + 1),
        `${Spec.TaskTemplate.ContainerSpec.Env?.find((entry) => entry.startsWith("VERSION="))?.slice("VERSION=".length)} ${Math.min(RunningTasks, DesiredTasks)}/${DesiredTasks}`,
      ]),
  );
}

interface Service {
  Spec: { Name: string; TaskTemplate: { ContainerSpec: { Env?: string[] } } };
  ServiceStatus: { RunningTasks: number; DesiredTasks: number };
}

/** A lost node's tasks count as running until it is reported as down. */
const untilServices = (expected: Record<string, string>) =>
  expect.poll(services, { timeout: 90_000, interval: 500 }).toEqual(expected);

async function succeeds(words: readonly string[]): Promise<void> {
  const run = await apps.run(words);
  expect(run.code, run.text).toBe(0);
}

const all = (state: string): Record<string, string> => ({ a: state, b: state, c: state, d: state });

describe("a lost worker", () => {
  test("is replaced by the other nodes: up, ps and a later up succeed, and so they do when it is back", async () => {
    apps.write({ version: 1, lines: ["deploy: { replicas: 2 }"] });
    await succeeds(["up"]);
    await kill(swarm.workers[1] as Node);
    await succeeds(["ps"]);
    apps.write({ version: 2, lines: ["deploy: { replicas: 2 }"] });
    const changed = await apps.run(["up"]);
    expect(changed.code, changed.text).toBe(0);
    await untilServices(all("2 2/2"));
    await startAgain();
    const again = await apps.run(["up"]);
    expect(again.text).toContain("unchanged");
    expect(again.code).toBe(0);
  });

  test("that an app is bound to fails up before a change, with the reason, until the worker is back", async () => {
    const worker = swarm.workers[1] as Node;
    const lines = [`deploy: { placement: { constraints: ["node.hostname == ${worker.name}"] } }`];
    apps.write({ version: 1, lines });
    await succeeds(["up"]);
    await kill(worker);
    await expect
      .poll(async () => (await nodes()).find(({ Description }) => Description.Hostname === worker.name)?.Status.State, {
        timeout: 60_000,
      })
      .toBe("down");
    apps.write({ version: 2, lines });
    const changed = await apps.run(["up"]);
    expect(changed.code, changed.text).not.toBe(0);
    expect(changed.text).toContain(worker.name);
    expect(Object.values(await services()).map((state) => state.split(" ")[0])).toEqual(["1", "1", "1", "1"]);
    await startAgain();
    await succeeds(["up"]);
    await untilServices(all("2 1/1"));
  });
});

describe("the leader is lost during up", () => {
  test.each([300, 1_500, 3_000])(
    "with all managers as --host, the run continues at the next one (%i ms)",
    async (afterMs) => {
      apps.write({ version: 1 });
      await succeeds(["up"]);
      apps.write({ version: 2 });
      const first = await leader();
      const running = apps.start(["up"], onManagers([first, ...(await followers())]));
      await sleep(afterMs);
      await kill(first);
      const run = await running.ended;
      expect(run.code, run.text).toBe(0);
      await untilServices(all("2 1/1"));
    },
  );

  test("with a follower as the only --host, the run waits for the election", async () => {
    const [follower] = await followers();
    apps.write({ version: 1 });
    const running = apps.start(["up"], onManagers([follower as Node]));
    await sleep(1_000);
    await kill(await leader());
    const run = await running.ended;
    expect(run.code, run.text).toBe(0);
    await untilServices(all("1 1/1"));
  });

  test("with the leader as the only --host, up ends with an error of the engine, and the next one converges", async () => {
    const first = await leader();
    apps.write({ version: 1 });
    const running = apps.start(["up", "--timeout", "60"], onManagers([first]));
    await sleep(1_500);
    await kill(first);
    const run = await running.ended;
    expect([1, 4, 6], run.text).toContain(run.code);
    await startAgain();
    const again = await apps.run(["up"]);
    expect(again.code, again.text).toBe(0);
    await untilServices(all("1 1/1"));
  });
});

describe("without a quorum", () => {
  test("up ends with exit code 4 and the action to take, and changes nothing", async () => {
    apps.write({ version: 1 });
    await succeeds(["up"]);
    await kill(...swarm.managers.slice(1));
    apps.write({ version: 2 });
    const run = await apps.run(["up"]);
    expect(run.code, run.text).toBe(4);
    expect(run.text).toContain("error[ENGINE_UNREACHABLE]");
    expect(run.text).toContain("More than half of the swarm's managers must be online");
    await startAgain();
    await untilServices(all("1 1/1"));
    const again = await apps.run(["up"]);
    expect(again.code, again.text).toBe(0);
    await untilServices(all("2 1/1"));
  });

  test("lost during up, the report does not claim success, and the next up converges", async () => {
    apps.write({ version: 1 });
    await succeeds(["up"]);
    apps.write({ version: 2 });
    const running = apps.start(["up"]);
    await sleep(2_000);
    await kill(...swarm.managers.slice(1));
    const run = await running.ended;
    expect([1, 4], run.text).toContain(run.code);
    expect(run.text).not.toMatch(/\n\s+at /);
    await startAgain();
    const again = await apps.run(["up"]);
    expect(again.code, again.text).toBe(0);
    await untilServices(all("2 1/1"));
  });
});

describe("a node that is cut off from the network", () => {
  const cutOff = async (node: Node, work: () => Promise<void>): Promise<void> => {
    await node.disconnect();
    try {
      await work();
    } finally {
      await node.reconnect();
    }
  };

  test("a worker: up succeeds on the other nodes", async () => {
    await cutOff(swarm.workers[0] as Node, async () => {
      await sleep(10_000);
      apps.write({ version: 1, lines: ["deploy: { replicas: 2 }"] });
      const run = await apps.run(["up"]);
      expect(run.code, run.text).toBe(0);
      await untilServices(all("1 2/2"));
    });
  });

  test("the leader, during up: the next manager takes over", async () => {
    const first = await leader();
    const others = await followers();
    apps.write({ version: 1 });
    const running = apps.start(["up"], onManagers([first, ...others]));
    await sleep(1_500);
    isDown.add(first);
    await cutOff(first, async () => {
      const run = await running.ended;
      expect(run.code, run.text).toBe(0);
      await untilServices(all("1 1/1"));
    });
    isDown.delete(first);
  });
});

describe("a manager's engine is killed and started again", () => {
  test.each([["up"], ["down"], ["rollback"]])("during %s: the command succeeds at another manager", async (command) => {
    apps.write({ version: 1 });
    await succeeds(["up"]);
    apps.write({ version: 2 });
    if (command !== "up") await succeeds(["up"]);
    const [node, other] = await followers();
    const running = apps.start([command], onManagers([node as Node, other as Node]));
    await sleep(1_000);
    await kill(node as Node);
    await startAgain();
    const run = await running.ended;
    expect(run.code, run.text).toBe(0);
    await untilServices(command === "down" ? {} : all(command === "up" ? "2 1/1" : "1 1/1"));
  });
});
