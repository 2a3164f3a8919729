import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeployRequest, PreflightRequest } from "@openfactory/deploy-core";
import { createEngine, type DockerEngine } from "@openfactory/docker-engine";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

let swarm: Swarm;
let engine: DockerEngine;
let strategy: SwarmDeploymentStrategy;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 3, images: [TEST_IMAGE] });
  engine = createEngine({ host: swarm.managers[0]?.host });
  strategy = new SwarmDeploymentStrategy(engine);
});
const names = ["preflight-first", "preflight-second"];
afterEach(async () => {
  for (const name of names) await strategy.remove(name, { wait: true }).catch(() => undefined);
});
afterAll(async () => {
  await strategy.close();
  await swarm.down();
});

const request = (part: Partial<DeployRequest> = {}, name = names[0]!): DeployRequest => ({
  name,
  image: TEST_IMAGE,
  command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"],
  ...part,
});
const creating = (part: Partial<DeployRequest>, name?: string): PreflightRequest => ({
  request: request(part, name),
  updates: false,
});
const found = async (...requests: PreflightRequest[]) =>
  (await strategy.preflight(requests)).map(({ service, code, field }) => [service, code, field]);

/** The scheduler's message about a task that it can't place. */
const pending = async (wanted: DeployRequest): Promise<string> => {
  await strategy.deploy(wanted);
  const error = await strategy.wait(wanted.name, { timeoutMs: 2_000 }).catch((thrown: unknown) => thrown);
  return (error as Error).message;
};

test("preflight() matches constraints as the swarm's scheduler does", async () => {
  const [worker] = (await engine.nodes.list()).filter(({ Spec }) => Spec.Role === "worker");
  const cases: [string[], boolean][] = [
    [[`node.id==${worker?.ID.toUpperCase()}`, "node.role==Worker"], true],
    [["node.labels.absent!=1", "engine.labels.absent!=1", "node.platform.os==linux"], true],
    [["node.hostname==node-1", "node.role==worker"], false],
    [["node.labels.absent==1"], false],
    [["node.color!=red"], false],
  ];
  for (const [constraints, matches] of cases) {
    const wanted = request({ constraints });
    expect(await found({ request: wanted, updates: false }), constraints.join()).toEqual(
      matches ? [] : [[wanted.name, "CONFLICT", "constraints"]],
    );
    await strategy.deploy(wanted);
    const waiting = strategy.wait(wanted.name, { timeoutMs: matches ? 60_000 : 1_500, settleMs: 1 });
    if (matches) await waiting;
    else
      await expect(waiting).rejects.toMatchObject({
        code: "TIMEOUT",
        message: expect.stringContaining("no suitable node"),
      });
    await strategy.remove(wanted.name, { wait: true });
  }
});

test("preflight() finds host ports in use and reservations without room, which the swarm can't place", async () => {
  const [all, port] = [{ mode: { Global: {} } }, [{ target: 80, published: 8090, mode: "host" as const }]];
  await strategy.deploy(request({ ...all, ports: port, resources: { Reservations: { NanoCPUs: 1_000_000_000 } } }));
  await strategy.wait(names[0]!);

  const second = request({ ports: port }, names[1]);
  expect(await found({ request: second, updates: false })).toEqual([[names[1], "CONFLICT", "ports"]]);
  expect(await pending(second)).toContain("host-mode port already in use on 3 nodes");
  await strategy.remove(second.name, { wait: true });

  const [node] = await engine.nodes.list();
  const cpus = node?.Description.Resources.NanoCPUs ?? 0;
  const third = request({ resources: { Reservations: { NanoCPUs: cpus - 500_000_000 } } }, names[1]);
  expect(await found({ request: third, updates: false })).toEqual([[names[1], "CONFLICT", "resources.Reservations"]]);
  expect(await pending(third)).toContain("insufficient resources on 3 nodes");
  await strategy.remove(third.name, { wait: true });

  // The removed service no longer uses the port and the reservation.
  await strategy.remove(names[0]!, { wait: true });
  expect(
    await found({ request: second, updates: false }, { request: { ...third, name: "third" }, updates: false }),
  ).toEqual([]);
});

test("preflight() reports a network of one node only, and the ingress network, with the code of the deploy", async () => {
  await engine.networks.create({ Name: "one-node", Driver: "bridge" });
  try {
    for (const [network, code] of [
      ["one-node", "CONFLICT"],
      ["ingress", "UNSUPPORTED"],
    ] as const) {
      const wanted = request({ networks: [network] });
      const [problem, ...more] = await strategy.preflight([{ request: wanted, updates: false }]);
      expect(more).toEqual([]);
      expect(problem).toMatchObject({ code, field: "networks[0]" });
      await expect(strategy.deploy(wanted)).rejects.toMatchObject({ code });
    }
    expect(await found(creating({ networks: ["host"] }))).toEqual([]);
  } finally {
    await engine.networks.remove("one-node");
  }
});

test("preflight() reports UNAUTHORIZED without a login to the registry, and with it only missing images", async () => {
  const registry = await startRegistry({ address: swarm.gateway, auth: true });
  const folder = await mkdtemp(join(tmpdir(), "openfactory-preflight-"));
  const manager = swarm.managers[0]!;
  try {
    await registry.push(manager.api, TEST_IMAGE, "app:1");
    const image = `${registry.host}/app:1`;
    await manager.api.call("DELETE", `/images/${image}`);
    const always = creating({ image, imagePullPolicy: "always" });
    expect(await found(creating({ image }), { ...always, request: { ...always.request, name: names[1]! } })).toEqual([
      [names[0], "UNAUTHORIZED", "image"],
      [names[1], "UNAUTHORIZED", "image"],
    ]);
    const { username, password } = registry.credentials!;
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const known = new SwarmDeploymentStrategy(createEngine({ host: manager.host, env: { DOCKER_CONFIG: folder } }));
    const problems = await known.preflight([always, creating({ image: `${registry.host}/app:2` }, names[1])]);
    expect(problems).toMatchObject([{ service: names[1], code: "IMAGE_NOT_FOUND", field: "image" }]);
    await known.close();
  } finally {
    await registry.stop();
    await rm(folder, { recursive: true });
  }
  // The registry no longer answers: the nodes may have the image.
  expect(await found(creating({ image: `${registry.host}/app:3` }))).toEqual([]);
});
