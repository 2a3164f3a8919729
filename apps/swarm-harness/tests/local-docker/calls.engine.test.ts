import { createEngine } from "@openfactory/docker-engine";
import { engineApi, startCountingProxy, TEST_IMAGE, TEST_LABEL } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CountingProxy } from "@openfactory/test-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const [label = "", value = ""] = TEST_LABEL.split("=");
const request = {
  name: `calls-${process.pid}`,
  image: TEST_IMAGE,
  command: ["sleep", "60"],
  labels: { [label]: value },
};

let proxy: CountingProxy;
let strategy: LocalDockerDeploymentStrategy;
beforeAll(async () => {
  proxy = await startCountingProxy(process.env["DOCKER_HOST"] ?? "");
  strategy = new LocalDockerDeploymentStrategy(createEngine({ host: proxy.host }));
});
afterAll(async () => {
  await engineApi("DELETE", `/containers/${request.name}?force=1`);
  await strategy?.close();
  await proxy?.close();
});

test("deploy() takes two calls for an existing image, after the API version was negotiated once", async () => {
  const { ids } = await strategy.deploy(request);
  expect(proxy.calls.filter((call) => call !== "GET /version")).toEqual([
    "GET /_ping",
    "POST /containers/create",
    `POST /containers/${ids[0]}/start`,
  ]);
  proxy.calls.length = 0;
  await expect(strategy.deploy(request)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  // The listing shows whether another orchestrator owns the name.
  expect(proxy.calls).toEqual(["POST /containers/create", "GET /containers/json"]);
});

test("list() takes one call", async () => {
  proxy.calls.length = 0;
  const listed = await strategy.list();
  const [id] = listed.find(({ name }) => name === request.name)?.ids ?? [];
  expect(id).toBeDefined();
  // Services of other tests may be in the middle of an update, and are inspected then.
  expect(proxy.calls.filter((call) => !/^GET \/containers\/[0-9a-f]{64}\/json$/.test(call))).toEqual([
    "GET /containers/json",
  ]);
  expect(proxy.calls.filter((call) => call.includes(id ?? ""))).toEqual([]);
});
