import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeployRequest } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { createSwarm, type Node, type Swarm } from "@openfactory/swarm-harness";
import {
  pushIndex,
  REGISTRY_ACCOUNT,
  type RegistryAccount,
  type Registry,
  type RegistryProxy,
  startRegistry,
  startRegistryProxy,
  TEST_ENTRYPOINT_IMAGE,
  TEST_IMAGE,
} from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

let swarm: Swarm;
let registry: Registry;
let folder: string;
let count = 0;
/** By name, for example `app:1`. */
const digests: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "of-images-"));
  swarm = await createSwarm({ nodes: 3 });
  registry = await startRegistry({ auth: true, address: swarm.gateway });
  await push(TEST_IMAGE, "app:1", "app:moving", "kept:1", "moved:1", "stale:1");
  await push(TEST_ENTRYPOINT_IMAGE, "app:2");
});
afterEach(async () => {
  for (const { ID } of await manager().api.call("GET", "/services"))
    await manager().api.call("DELETE", `/services/${ID}`);
});
afterAll(async () => {
  await registry?.stop();
  await swarm?.down();
  rmSync(folder, { recursive: true, force: true });
});

const manager = (): Node => swarm.nodes[0]!;

/** Pushes an image to the registry with these names, and removes it from the node. */
async function push(image: string, ...names: string[]): Promise<void> {
  await manager().loadImage(image);
  for (const name of names) digests[name] = await registry.push(manager().api, image, name);
  const { Id } = await manager().api.call("GET", `/images/${image}/json`);
  await manager().api.call("DELETE", `/images/${Id}?force=true`);
}

interface User {
  /** Default: the account of the registry. */
  account?: RegistryAccount;
  /** The registries for which config.json has the account. */
  hosts?: readonly string[];
}

function connect({ account = registry.credentials, hosts = [registry.host] }: User = {}): SwarmDeploymentStrategy {
  const auth = Buffer.from(`${account?.username}:${account?.password}`).toString("base64");
  const DOCKER_CONFIG = mkdtempSync(join(folder, "config-"));
  writeFileSync(
    join(DOCKER_CONFIG, "config.json"),
    JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth }])) }),
  );
  const strategy = new SwarmDeploymentStrategy(createEngine({ host: manager().host, env: { DOCKER_CONFIG } }));
  onTestFinished(() => strategy.close());
  return strategy;
}

const WRONG = { username: REGISTRY_ACCOUNT.username, password: "close-barley" };

const request = (image: string, more: Partial<DeployRequest> = {}): DeployRequest => ({
  name: `images-${++count}`,
  image: `${registry.host}/${image}`,
  command: "sleep 3600",
  stopGracePeriod: 1_000_000_000,
  ...more,
});
const on = (node: string): string[] => [`node.hostname == ${node}`];
const services = async (): Promise<string[]> =>
  (await manager().api.call("GET", "/services")).map(({ Spec }: { Spec: { Name: string } }) => Spec.Name);
const specOf = async (name: string) => (await manager().api.call("GET", `/services/${name}`)).Spec;

describe("a registry with a password", () => {
  test("serves nodes without the image, with the credentials that the service stores", async () => {
    const strategy = connect();
    const everywhere = request("app:1", { mode: { Global: {} } });
    expect((await strategy.deploy(everywhere)).image).toBe(everywhere.image);
    const { instances } = await strategy.wait(everywhere.name);
    expect(instances.map(({ node }) => node).sort()).toEqual(["node-1", "node-2", "node-3"]);
    const stored = JSON.stringify(await manager().api.call("GET", `/services/${everywhere.name}`));
    expect(stored).not.toContain(REGISTRY_ACCOUNT.password);
    expect(stored).not.toContain(Buffer.from(`tester:${REGISTRY_ACCOUNT.password}`).toString("base64"));
  });

  test.each<[string, User]>([
    ["a wrong password", { account: WRONG }],
    ["no password", { hosts: [] }],
  ])("makes deploy() reject with UNAUTHORIZED before it creates a service: %s", async (_, user) => {
    const refused = request("app:1", { imagePullPolicy: "always" });
    const error: unknown = await connect(user)
      .deploy(refused)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "UNAUTHORIZED",
      service: refused.name,
      message: expect.stringContaining(`image ${refused.image} from registry ${registry.host}: `),
      hint: expect.stringContaining(`docker login ${registry.host}`),
    });
    expect(JSON.stringify(error)).not.toContain(WRONG.password);
    expect(await services()).toEqual([]);
  });

  test("makes wait() reject with the node and the action to take when only nodes use the wrong password", async () => {
    const strategy = connect({ account: WRONG });
    const refused = request("kept:1", { constraints: on("node-2") });
    await strategy.deploy(refused);
    await expect(strategy.wait(refused.name)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining(`rejected on node-2: No such image: ${refused.image}`),
      hint: expect.stringMatching(new RegExp(`${registry.host} has the image.*node-2.*ofdeploy refresh-auth`)),
      instance: { node: "node-2" },
    });
  });
});

describe("the pull policy always", () => {
  /** Pushes the image of the tag `source` to the tag `name`. */
  const movedTo = async (name: string, source: string): Promise<void> => {
    const { body } = await registry.get(`/v2/${source.replace(":", "/manifests/")}`);
    await registry.put(`/v2/${name.replace(":", "/manifests/")}`, JSON.stringify(body, null, 3), body.mediaType);
  };

  test("pins the current digest of a tag; after another push a new deploy has the new digest, and the running service stays", async () => {
    const strategy = connect();
    const first = request("app:moving", { imagePullPolicy: "always", constraints: on("node-2") });
    const before = digests["app:moving"];
    expect(await strategy.deploy(first)).toMatchObject({ image: `${first.image}@${before}`, warnings: [] });
    await strategy.wait(first.name);

    await movedTo("app:moving", "app:2");
    const after = digests["app:2"];
    expect(after).not.toBe(before);
    const second = { ...first, name: `${first.name}-b` };
    expect((await strategy.deploy(second)).image).toBe(`${first.image}@${after}`);
    await strategy.wait(second.name);
    expect((await specOf(first.name)).TaskTemplate.ContainerSpec.Image).toBe(`${first.image}@${before}`);
    expect((await strategy.inspect(second.name)).image).toBe(`${first.image}@${after}`);
  });

  test.each(["docker", "oci"] as const)(
    "pins an image for several platforms to its index (%s), and nodes select their platform",
    async (type) => {
      const { Arch } = await manager().api.call("GET", "/version");
      const other = Arch === "arm64" ? "amd64" : "arm64";
      const index = await pushIndex(registry, `app:${type}`, { [other]: "2", [Arch]: "1" }, type);
      const strategy = connect();
      const several = request(`app:${type}`, { imagePullPolicy: "always", constraints: on("node-3") });
      expect((await strategy.deploy(several)).image).toBe(`${several.image}@${index}`);
      expect((await strategy.wait(several.name)).instances).toMatchObject([{ node: "node-3", state: "running" }]);
    },
  );
});

describe("with a proxy that records requests to the registry and can be stopped", () => {
  let proxy: RegistryProxy;
  const through = async (): Promise<void> => {
    proxy = await startRegistryProxy(registry, swarm.gateway);
    onTestFinished(() => proxy.stop());
  };

  test("many services of one image share one lookup of its digest", async () => {
    await through();
    const strategy = connect({ hosts: [proxy.host] });
    const many = Array.from({ length: 8 }, () =>
      request("", { image: `${proxy.host}/app:1`, imagePullPolicy: "always", mode: { Replicated: { Replicas: 0 } } }),
    );
    const made = await Promise.all(many.map((one) => strategy.deploy(one)));
    expect(new Set(made.map(({ image }) => image))).toEqual(new Set([`${proxy.host}/app:1@${digests["app:1"]}`]));
    expect(proxy.asked.filter((request) => request.includes("/manifests/1")).length).toBeLessThanOrEqual(2);
  });

  test("with `never`, only nodes ask the registry, without credentials, and run their local copy", async () => {
    await through();
    const strategy = connect({ hosts: [proxy.host] });
    const image = `${proxy.host}/app:1`;
    const never = request("", { image, imagePullPolicy: "never", constraints: on("node-3") });
    expect(await strategy.deploy(never)).toMatchObject({
      image,
      warnings: [{ code: "FIELD_NOT_SUPPORTED", field: "imagePullPolicy" }],
    });
    await expect(strategy.wait(never.name)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining(`rejected on node-3: No such image: ${image}`),
      hint: expect.stringContaining("The pull policy is never: load the image on node-3"),
    });
    // As described in the README.
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(proxy.asked.filter((request) => request.startsWith("GET /v2/app/"))).toEqual([]);

    const node = swarm.nodes[2]!;
    await node.loadImage(TEST_IMAGE);
    await node.api.call("POST", `/images/${TEST_IMAGE}/tag?repo=${proxy.host}/app&tag=1`);
    await strategy.remove(never.name, { wait: true });
    await strategy.deploy(never);
    expect((await strategy.wait(never.name)).state).toBe("running");
    await strategy.remove(never.name, { wait: true });
    await proxy.stop();
    await strategy.deploy(never);
    expect((await strategy.wait(never.name)).state).toBe("running");
  });

  // As described in the README.
  test("a node pulls the newer image of a tag even if it has the image; by digest, it asks no registry", async () => {
    await through();
    const strategy = connect({ hosts: [proxy.host] });
    const node = swarm.nodes[1]!;
    const image = `${proxy.host}/app:2`;
    await node.loadImage(TEST_IMAGE);
    await node.api.call("POST", `/images/${TEST_IMAGE}/tag?repo=${proxy.host}/app&tag=2`);
    const stale = await node.api.call("GET", `/images/${image}/json`);
    const tagged = request("", { image, constraints: on("node-2") });
    await strategy.deploy(tagged);
    await strategy.wait(tagged.name);
    expect((await node.api.call("GET", `/images/${image}/json`)).Id).not.toBe(stale.Id);

    const before = proxy.asked.length;
    const pinned = request("", { image: `${image}@${digests["app:2"]}`, constraints: on("node-2") });
    await strategy.deploy(pinned);
    await strategy.wait(pinned.name);
    expect(proxy.asked).toHaveLength(before);
  });

  test("deploy() without the registry warns about missing digests; in strict mode it rejects and creates nothing", async () => {
    await through();
    await proxy.stop();
    const strategy = connect({ hosts: [proxy.host] });
    const image = `${proxy.host}/app:1`;
    const cut = request("", { image, imagePullPolicy: "always", constraints: on("node-3") });
    await expect(strategy.deploy(cut, { strict: true })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining(`The registry ${proxy.host} did not return the digest of ${image}`),
    });
    expect(await services()).toEqual([]);
    expect(await strategy.deploy(cut)).toMatchObject({
      image,
      warnings: [
        { code: "DIGEST_NOT_RESOLVED", reason: expect.stringMatching(new RegExp(`${proxy.host}.*nodes may differ`)) },
      ],
    });
  });
});

describe("refreshAuth", () => {
  /** A request with every setting, so that any change by a refresh shows. */
  const rich = async (image: string): Promise<DeployRequest> => {
    const network = `images-${++count}`;
    await manager().api.call("POST", "/networks/create", { Name: network, Driver: "overlay" });
    const Data = Buffer.from("content").toString("base64");
    await manager().api.call("POST", "/secrets/create", { Name: `${network}-s`, Data });
    await manager().api.call("POST", "/configs/create", { Name: `${network}-c`, Data });
    return request(image, {
      user: "1000:1000",
      env: ["A=1", "B={{.Node.Hostname}}"],
      templates: "expand",
      labels: { "org.example.label": "1" },
      args: ["x"],
      command: ["sh", "-c", "sleep 3600"],
      ports: [{ target: 80, published: 18_123, mode: "host" }],
      networks: [network],
      constraints: ["node.role == worker"],
      resources: {
        Limits: { NanoCPUs: 500_000_000, MemoryBytes: 64 * 2 ** 20, Pids: 50 },
        Reservations: { MemoryBytes: 8 * 2 ** 20 },
      },
      openFiles: 1024,
      mounts: [
        { Type: "volume", Source: `${network}-v`, Target: "/data", VolumeOptions: { Labels: { a: "b" } } },
        { Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 2 ** 20 } },
      ],
      healthcheck: { Test: ["CMD", "true"], Interval: 1_000_000_000 },
      restart: { Condition: "on-failure", Delay: 1_000_000_000, MaxAttempts: 3 },
      hostname: "rich",
      init: true,
      capAdd: ["NET_ADMIN"],
      capDrop: ["MKNOD"],
      secrets: [`${network}-s`],
      configs: [{ name: `${network}-c`, target: "/etc/c", mode: 0o444 }],
      updateConfig: { Parallelism: 1, Delay: 1_000_000_000, FailureAction: "rollback", Order: "start-first" },
      rollbackConfig: { Parallelism: 2 },
    });
  };
  const tasksOf = async (name: string): Promise<{ ID: string; NodeID: string; Status: { State: string } }[]> =>
    manager().api.call("GET", `/tasks?filters=${encodeURIComponent(JSON.stringify({ service: [name] }))}`);

  const setAvailability = async (node: string, Availability: "active" | "drain"): Promise<void> => {
    const nodes: { ID: string; Description: { Hostname: string } }[] = await manager().api.call("GET", "/nodes");
    const { ID } = nodes.find(({ Description }) => Description.Hostname === node)!;
    const { Version, Spec } = await manager().api.call("GET", `/nodes/${ID}`);
    await manager().api.call("POST", `/nodes/${ID}/update?version=${Version.Index}`, { ...Spec, Availability });
  };

  test("lets a task that moves pull with the new password, and restarts no task; without a refresh the task is rejected", async () => {
    await setAvailability("node-3", "drain");
    const strategy = connect();
    const moved = await rich("moved:1");
    const stale = request("stale:1", { constraints: ["node.role == worker"] });
    for (const one of [moved, stale]) await strategy.deploy(one);
    for (const one of [moved, stale]) await strategy.wait(one.name);
    const state = async () => ({
      spec: await specOf(moved.name),
      tasks: (await tasksOf(moved.name)).map(({ ID }) => ID),
    });
    const before = await state();

    registry.changePassword();
    const renewing = connect();
    expect(await renewing.refreshAuth(moved.name)).toEqual({ name: moved.name, renewed: true, warnings: [] });
    // Concurrent refreshes change the version for one another, which is no failure.
    await Promise.all(Array.from({ length: 4 }, () => renewing.refreshAuth(moved.name)));
    await renewing.wait(moved.name);
    expect(await state()).toEqual(before);

    await setAvailability("node-3", "active");
    await setAvailability("node-2", "drain");
    await expect
      .poll(async () => (await renewing.inspect(moved.name)).instances)
      .toMatchObject([{ node: "node-3", state: "running" }]);
    await expect(renewing.wait(stale.name)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("rejected on node-3: No such image"),
      hint: expect.stringContaining("ofdeploy refresh-auth"),
    });
    // The action of the hint: the next task uses the new credentials.
    await renewing.refreshAuth(stale.name);
    await expect
      .poll(async () => (await renewing.inspect(stale.name)).instances)
      .toMatchObject([{ node: "node-3", state: "running" }]);
  });
});
