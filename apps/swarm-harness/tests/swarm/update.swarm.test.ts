import type { DeploymentError, DeployRequest, UpdateConfig } from "@openfactory/deploy-core";
import { createEngine, type DockerEngine, type ServiceDetails } from "@openfactory/docker-engine";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { firstVariants } from "../cli/support/variants.js";

const SECOND = 1_000_000_000;
const name = "swarm-update";
const runs = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"];
const crashes = ["sh", "-c", "echo 'no input' >&2; sleep 1; exit 7"];

let swarm: Swarm;
let engine: DockerEngine;
let strategy: SwarmDeploymentStrategy;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 3, images: [TEST_IMAGE] });
  engine = createEngine({ host: swarm.managers[0]?.host });
  strategy = new SwarmDeploymentStrategy(engine);
});
afterEach(() => strategy.remove(name, { wait: true }));
afterAll(async () => {
  await strategy.close();
  await swarm.down();
});

const request = (part: Partial<DeployRequest> = {}): DeployRequest => ({
  name,
  image: TEST_IMAGE,
  command: runs,
  env: ["VERSION=1"],
  mode: { Replicated: { Replicas: 2 } },
  restart: { Condition: "any", Delay: SECOND / 2 },
  ...part,
});
const ready = async (part: Partial<DeployRequest> = {}): Promise<DeployRequest> => {
  const first = request(part);
  await strategy.deploy(first);
  await strategy.wait(name);
  return first;
};
const actions = (FailureAction: UpdateConfig["FailureAction"]) => ({
  updateConfig: { FailureAction, Monitor: 3 * SECOND },
});
const inspect = (): Promise<ServiceDetails> => engine.services.inspect(name);
const tasks = async (): Promise<string[]> =>
  (await engine.tasks.list({ service: [name], "desired-state": ["running"] })).map(({ ID }) => ID).toSorted();

describe("an update of two replicas to a command that ends after a second", () => {
  test("is rolled back if requested: wait() rejects with node, exit code and last log lines, and two replicas of the first version run", async () => {
    const first = await ready(actions("rollback"));
    await strategy.update({ ...first, command: crashes, env: ["VERSION=2"] });
    const error = await strategy.wait(name).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "ROLLED_BACK",
      instance: { node: expect.stringMatching(/^node-[123]$/), exitCode: 7, error: expect.stringContaining("7") },
    });
    expect((error as { instance: { lastLogLines: string[] } }).instance.lastLogLines).toContain("no input");
    // On a busy machine, the swarm has ended the rollback before the replicas ran.
    const all = { running: 2, desired: 2 };
    if ((error as DeploymentError).hint?.startsWith("The previous version is running."))
      expect((await strategy.inspect(name)).replicas).toEqual(all);
    await expect.poll(async () => (await strategy.inspect(name)).replicas).toEqual(all);
    const { settings, previous } = await strategy.inspect(name);
    expect(settings).toEqual(await strategy.settingsOf(first));
    expect(previous).toBeUndefined();
    await expect(strategy.rollback(name)).rejects.toMatchObject({ code: "CONFLICT" });

    // The swarm reports the result of its last update until the next one.
    await strategy.update({ ...first, env: ["VERSION=3"] });
    expect(await strategy.wait(name)).toMatchObject({ state: "running", replicas: { running: 2, desired: 2 } });
  });

  test("is paused if requested: wait() rejects, and a rollback restores the first version", async () => {
    const first = await ready(actions("pause"));
    await strategy.update({ ...first, command: crashes });
    await expect(strategy.wait(name)).rejects.toMatchObject({ code: "TASK_FAILED", instance: { exitCode: 7 } });
    await strategy.rollback(name);
    expect(await strategy.wait(name)).toMatchObject({ state: "running", replicas: { running: 2, desired: 2 } });
    expect((await strategy.inspect(name)).settings).toEqual(await strategy.settingsOf(first));
  });
});

describe("wait() rejects at once when every node rejects the update", () => {
  const wrong: Record<string, Partial<DeployRequest>> = {
    "No such image": { image: "openfactory/no-such-image:1" },
    "does not exist": { mounts: [{ Type: "bind", Source: "/no/such/directory", Target: "/data" }] },
  };
  // One of each error. The others, which differ in the failure action, run in `npm run test:all`.
  const variants = [
    ["rollback", "No such image", "ROLLED_BACK"],
    ["continue", "does not exist", "TASK_FAILED"],
    ["pause", "No such image", "IMAGE_NOT_FOUND"],
    ["continue", "No such image", "IMAGE_NOT_FOUND"],
    ["rollback", "does not exist", "ROLLED_BACK"],
  ] as const;
  test.each(firstVariants(3, variants))("with %s: %s", async (action, words, code) => {
    const first = await ready(actions(action));
    await strategy.update({ ...first, ...wrong[words] });
    await expect(strategy.wait(name, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/rejected on node-[123]: /),
      instance: { error: expect.stringContaining(words) },
    });
  });
});

test("a service runs on the one node of three that has its image", async () => {
  const here = "openfactory/on-one-node:1";
  await swarm.nodes[2]?.api.call("POST", `/images/${TEST_IMAGE}/tag?repo=openfactory/on-one-node&tag=1`);
  await strategy.deploy(request({ image: here, mode: { Replicated: { Replicas: 1 } } }));
  expect(await strategy.wait(name)).toMatchObject({ state: "running", instances: [{ node: "node-3" }] });
});

test("wait() rejects after two or three attempts when the registry has no image, although other nodes are left", async () => {
  const registry = await startRegistry({ address: swarm.gateway });
  try {
    const { restart: _, ...wanted } = request({
      image: `${registry.host}/no-such:1`,
      mode: { Replicated: { Replicas: 1 } },
    });
    await strategy.deploy(wanted);
    await expect(strategy.wait(name)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringMatching(/\([23] tasks failed\): rejected on node-[123]: No such image/),
    });
  } finally {
    await registry.stop();
  }
});

test.each(["host", "bridge"])("settings have the name of the network %s, which every node has", async (network) => {
  const first = await ready({ networks: [network] });
  expect((await strategy.inspect(name)).settings).toEqual(await strategy.settingsOf(first));
});

test("an update without changes, or of the update settings only, replaces no task", async () => {
  const first = await ready({ networks: [], constraints: ["node.role!=none"], openFiles: 1024 });
  const before = await tasks();
  await strategy.update(first);
  await strategy.update({ ...first, updateConfig: { Parallelism: 2 } });
  expect(await strategy.wait(name)).toMatchObject({ state: "running" });
  expect(await tasks()).toEqual(before);
});

test("an update keeps settings of other tools that no request can express", async () => {
  const first = await ready();
  const { ID, Version, Spec } = await inspect();
  const TaskTemplate = {
    ...Spec.TaskTemplate,
    ContainerSpec: { ...Spec.TaskTemplate.ContainerSpec, Image: TEST_IMAGE, Isolation: "default" },
    Placement: { ...Spec.TaskTemplate.Placement, MaxReplicas: 3 },
    ForceUpdate: 5,
  };
  await engine.services.update(ID, Version.Index, { ...Spec, TaskTemplate });
  await strategy.update({ ...first, env: ["VERSION=2"] });
  expect((await inspect()).Spec.TaskTemplate).toMatchObject({
    ContainerSpec: { Env: ["VERSION=2"], Isolation: "default" },
    Placement: { MaxReplicas: 3 },
    ForceUpdate: 5,
  });
  await strategy.wait(name);
});

describe("a modification between the lookup and the update", () => {
  /** A strategy whose first update arrives after a modification by another process. */
  const racing = (change: (spec: ServiceDetails["Spec"]) => ServiceDetails["Spec"]) => {
    let raced = false;
    const services: DockerEngine["services"] = {
      ...engine.services,
      async update(id, version, body, options) {
        if (!raced) {
          raced = true;
          const { ID, Version, Spec } = await inspect();
          await engine.services.update(ID, Version.Index, change(Spec));
        }
        return engine.services.update(id, version, body, options);
      },
    };
    return new SwarmDeploymentStrategy({ ...engine, services });
  };
  const second = () => request({ env: ["VERSION=2"] });

  test("of the version number only is no conflict", async () => {
    await ready();
    const { revision } = await strategy.inspect(name);
    await racing((spec) => spec).update(second(), { revision });
    expect((await strategy.inspect(name)).settings?.env).toEqual(["VERSION=2"]);
  });

  test("of the service is a CONFLICT that names the changed paths, and is kept", async () => {
    await ready();
    const { revision } = await strategy.inspect(name);
    const theirs = racing((spec) => ({ ...spec, Labels: { team: "theirs" }, Mode: { Replicated: { Replicas: 1 } } }));
    await expect(theirs.update(second(), { revision })).rejects.toMatchObject({
      code: "CONFLICT",
      message: `Service ${name} was modified since the plan was made: labels, mode.`,
    });
    expect(await strategy.inspect(name)).toMatchObject({
      labels: { team: "theirs" },
      settings: { env: ["VERSION=1"] },
    });
  });

  test("is kept by scale()", async () => {
    await ready();
    await racing((spec) => ({ ...spec, Labels: { team: "theirs" } })).scale(name, 3);
    expect(await strategy.wait(name)).toMatchObject({
      labels: { team: "theirs" },
      replicas: { running: 3, desired: 3 },
    });
  });
});
