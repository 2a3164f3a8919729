import { createEngine as connect } from "@openfactory/docker-engine";
import { createEngine, type SingleEngine } from "@openfactory/swarm-harness";
import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const networks = ["one", "two", "three", "four"];

let engine: SingleEngine;
let proxy: CountingProxy;
beforeAll(async () => {
  engine = await createEngine({ engine: "28.5", images: [TEST_IMAGE] });
  proxy = await startCountingProxy(engine.host);
  for (const Name of networks) await engine.api.call("POST", "/networks/create", { Name });
});
afterAll(async () => {
  await proxy?.close();
  await engine?.down();
});

test("deploy() on any number of networks takes two calls, from API 1.44", async () => {
  const strategy = new LocalDockerDeploymentStrategy(connect({ host: proxy.host }));
  await strategy.deploy({ name: "first", image: TEST_IMAGE, command: ["sleep", "60"] });
  proxy.calls.length = 0;
  const { ids } = await strategy.deploy({ name: "second", image: TEST_IMAGE, command: ["sleep", "60"], networks });
  expect(proxy.calls).toEqual(["POST /containers/create", `POST /containers/${ids[0]}/start`]);
  const { NetworkSettings } = await engine.api.call("GET", "/containers/second/json");
  expect(Object.keys(NetworkSettings.Networks).sort()).toEqual([...networks].sort());
  await strategy.close();
});

// The other fields are in the contract on the engine of the tests, which is older, and all are in the matrix.
test("deploy() sets the start interval of a health check, from API 1.44", async () => {
  const strategy = new LocalDockerDeploymentStrategy(connect({ host: engine.host }));
  const healthcheck = { Test: ["CMD", "true"], StartPeriod: 5e9, StartInterval: 1e9 };
  const request = { name: "checked", image: TEST_IMAGE, command: ["sleep", "60"], healthcheck };
  await strategy.deploy(request, { strict: true });
  const { Config } = await engine.api.call("GET", "/containers/checked/json");
  expect(Config.Healthcheck).toMatchObject(healthcheck);
  expect((await strategy.inspect("checked")).settings).toStrictEqual(await strategy.settingsOf(request));
  await strategy.close();
});
