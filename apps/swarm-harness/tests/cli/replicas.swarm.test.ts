import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import type { ProcessResult } from "./support/spawn-ofdeploy.js";

let swarm: Swarm;
let manager: RawEngine;
let folder: string;
let file: string;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 3, images: [TEST_IMAGE] });
  manager = swarm.nodes[0]!.api;
  folder = await mkdtemp(join(tmpdir(), "of-replicas-"));
  file = join(folder, "openfactory.yml");
});
afterEach(async () => {
  for (const { ID } of await manager.call("GET", "/services")) await manager.call("DELETE", `/services/${ID}`);
});
afterAll(async () => {
  await swarm?.down();
  await rm(folder, { recursive: true, force: true });
});

const ofdeploy = (...words: string[]): Promise<ProcessResult> =>
  callOfdeploy([...words, "--file", file, "--platform", "swarm", "--host", swarm.nodes[0]!.host]);
const succeeds = async (...words: string[]): Promise<ProcessResult> => {
  const ran = await ofdeploy(...words);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return ran;
};

interface Task {
  ID: string;
  DesiredState: string;
  Status: { State: string };
}

interface Replica {
  slot: string;
  id: string;
  service: string;
  node: string;
  replicas: string;
}

/** The variables that the running processes of a service have printed. */
async function replicasOf(service: string): Promise<Replica[]> {
  const filters = encodeURIComponent(JSON.stringify({ service: [service] }));
  const tasks: Task[] = await manager.call("GET", `/tasks?filters=${filters}`);
  const running = new Set(
    tasks
      .filter(({ DesiredState, Status }) => DesiredState === "running" && Status.State === "running")
      .map(({ ID }) => ID),
  );
  const { stdout } = await succeeds("logs", "press");
  const printed = [...stdout.matchAll(/slot=(\S*) id=(\S*) service=(\S*) node=(\S*) replicas=(\S*)/g)];
  return printed
    .map(([, slot = "", id = "", name = "", node = "", replicas = ""]) => ({ slot, id, service: name, node, replicas }))
    .filter(({ id }) => running.has(id));
}

const SCRIPT =
  "echo slot=$SWARM_TASK_SLOT id=$SWARM_TASK_ID service=$SWARM_SERVICE_NAME node=$SWARM_NODE_HOSTNAME replicas=$SWARM_REPLICAS; trap 'exit 0' TERM; while :; do sleep 1 & wait; done";

test("replicas on three nodes read different slots, before and after scale to 5 and to 1", async () => {
  await writeFile(
    file,
    JSON.stringify({
      name: "replicas",
      apps: {
        press: {
          uuid: "PRESS",
          image: TEST_IMAGE,
          stop_grace_period: "1s",
          command: ["sh", "-c", SCRIPT],
          // By default, a swarm observes each new task for five seconds.
          deploy: { replicas: 3, update_config: { monitor: "500ms" }, rollback_config: { monitor: "500ms" } },
        },
      },
    }),
  );
  const expectReplicas = async (count: number): Promise<Replica[]> => {
    await expect.poll(async () => (await replicasOf("press")).length).toBe(count);
    const replicas = await replicasOf("press");
    expect(new Set(replicas.map(({ slot }) => slot)).size, "slots").toBe(count);
    expect(new Set(replicas.map((replica) => replica.replicas))).toEqual(new Set([`${count}`]));
    expect(new Set(replicas.map(({ service }) => service))).toEqual(new Set(["press"]));
    return replicas;
  };

  await succeeds("up");
  const three = await expectReplicas(3);
  expect(three.map(({ slot }) => slot).toSorted()).toEqual(["1", "2", "3"]);
  expect(new Set(three.map(({ node }) => node))).toEqual(new Set(["node-1", "node-2", "node-3"]));
  expect((await succeeds("plan")).stdout).toContain("nothing to do");

  const scaled = await succeeds("scale", "press=5");
  expect(scaled.stderr).toContain("SWARM_REPLICAS changes to 5: press.1, press.2, press.3 restart");
  await expectReplicas(5);
  const planned = await ofdeploy("plan");
  expect(planned).toMatchObject({ code: 2 });
  expect(planned.stdout).toMatch(/environment\.SWARM_REPLICAS +5 => 3/);
  expect(planned.stdout).toContain("press.1, press.2, press.3, press.4, press.5 restart");

  await succeeds("rollback", "press");
  await expectReplicas(3);
  expect((await succeeds("plan")).stdout).toContain("nothing to do");

  await succeeds("scale", "press=5");
  await succeeds("scale", "press=1");
  const [last] = await expectReplicas(1);
  expect(last?.replicas).toBe("1");
});

test("up, adopt and down never change a stack's service that has the name of an app", async () => {
  const spec = {
    TaskTemplate: { ContainerSpec: { Image: TEST_IMAGE, Command: ["sleep", "1000"], StopGracePeriod: 1e9 } },
  };
  const Labels = { "com.docker.stack.namespace": "shop", "com.docker.stack.image": TEST_IMAGE };
  for (const Name of ["press", "shop_db"]) await manager.call("POST", "/services/create", { ...spec, Name, Labels });
  const versions = async () =>
    (await manager.call("GET", "/services")).map(({ ID, Spec }: { ID: string; Spec: object }) => ({ ID, Spec }));
  const before = await versions();
  await writeFile(
    file,
    JSON.stringify({
      name: "replicas",
      apps: { press: { uuid: "PRESS", image: TEST_IMAGE, command: ["sleep", "9"] } },
    }),
  );

  for (const words of [["up"], ["up", "--prune"], ["scale", "press=3"], ["rollback", "press"]]) {
    const { code, stderr } = await ofdeploy(...words);
    expect(code, `${words.join(" ")}: ${stderr}`).not.toBe(0);
  }
  await ofdeploy("down");
  expect(await versions()).toEqual(before);
});
