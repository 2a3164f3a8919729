import { createEngine } from "@openfactory/docker-engine";
import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

let swarm: Swarm;
let proxy: CountingProxy;
let strategy: SwarmDeploymentStrategy;
beforeAll(async () => {
  swarm = await createSwarm({ nodes: 1, engine: "28.5", images: [TEST_IMAGE] });
  await swarm.nodes[0]?.api.call("POST", "/networks/create", { Name: "plant", Driver: "overlay" });
  proxy = await startCountingProxy(swarm.nodes[0]?.host ?? "");
  strategy = new SwarmDeploymentStrategy(createEngine({ host: proxy.host }));
});
afterAll(async () => {
  await strategy?.close();
  await proxy?.close();
  await swarm?.down();
});

const request = (name: string) => ({
  name,
  image: TEST_IMAGE,
  command: ["sleep", "60"],
  networks: ["plant"],
  ports: { 8080: 80 },
});

test("deploy() makes one call after the API version is negotiated", async () => {
  await strategy.deploy(request("first"));
  expect(proxy.calls.filter((call) => call !== "GET /version")).toEqual(["GET /_ping", "POST /services/create"]);
  proxy.calls.length = 0;
  await strategy.deploy({ ...request("second"), ports: {}, mode: { Replicated: { Replicas: 3 } } });
  expect(proxy.calls).toEqual(["POST /services/create"]);
});

test("list() without instances makes one call when all services have converged, with the same result", async () => {
  await Promise.all(["first", "second"].map((name) => strategy.wait(name)));
  proxy.calls.length = 0;
  const counted = await strategy.list({ instances: false });
  // The names of networks are one call for any number of services.
  expect(proxy.calls.sort()).toEqual(["GET /networks", "GET /services"]);
  proxy.calls.length = 0;
  const complete = await strategy.list();
  expect(proxy.calls.sort()).toEqual(["GET /networks", "GET /nodes", "GET /services", "GET /tasks"]);
  expect(counted).toEqual(complete.map((status) => ({ ...status, instances: [] })));
  expect(complete.map(({ instances }) => instances.length)).toEqual([1, 3]);
});

test("concurrent wait() calls share polls", async () => {
  proxy.calls.length = 0;
  await Promise.all(["first", "second", "first"].map((name) => strategy.wait(name, { settleMs: 0 })));
  expect(proxy.calls).toEqual(["GET /services", "GET /tasks"]);
});
