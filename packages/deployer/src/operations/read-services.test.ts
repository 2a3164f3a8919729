import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, project } from "../../test/fixtures.js";
import { readServices } from "./read-services.js";
import { up } from "./up.js";

test("a service of another tool is read as the request that deploys it", async () => {
  const strategy = new MemoryDeploymentStrategy();
  const request = { name: "web", image: "demo:1", env: ["A=1"], labels: { team: "plant" } };
  await strategy.deploy(request);
  expect(await readServices(strategy, ["web"])).toEqual([{ name: "web", request, unmapped: [] }]);
});

test("a service of a project is read without the ownership labels, with its owner", async () => {
  const strategy = new MemoryDeploymentStrategy();
  await up(strategy, project(app("web", { mounts: [{ Type: "volume", Source: "data", Target: "/data" }] })));
  const [service] = await readServices(strategy, ["web"]);
  expect(service?.owner).toMatchObject({ project: project().project });
  expect(JSON.stringify(service?.request)).not.toContain("org.openfactory.deploy");
});

test("settings without a field are returned", async () => {
  const strategy = new MemoryDeploymentStrategy();
  await strategy.deploy({ name: "web", image: "demo:1" });
  const inspect = strategy.inspect.bind(strategy);
  strategy.inspect = async (name) => ({ ...(await inspect(name)), unmappedSettings: ["HostConfig.PidMode: host"] });
  expect(await readServices(strategy, ["web"])).toMatchObject([{ unmapped: ["HostConfig.PidMode: host"] }]);
});

test("a strategy that can list, but not inspect, is read with one listing", async () => {
  const { capabilities } = new MemoryDeploymentStrategy().manifest;
  const strategy = new MemoryDeploymentStrategy({
    listsSettings: false,
    manifest: { capabilities: capabilities.filter((name) => name !== "inspect") },
  });
  await strategy.deploy({ name: "web", image: "demo:1" });
  expect(await readServices(strategy, ["web"])).toMatchObject([{ request: { image: "demo:1" } }]);
  await expect(readServices(strategy, ["wen"])).rejects.toMatchObject({ code: "NOT_FOUND", hint: /Services: web\.$/ });
});

test("a service that does not exist, and a strategy that can't read settings, are errors", async () => {
  const strategy = new MemoryDeploymentStrategy();
  await expect(readServices(strategy, ["web"])).rejects.toMatchObject({ code: "NOT_FOUND" });
  const { capabilities } = strategy.manifest;
  const blind = new MemoryDeploymentStrategy({
    manifest: { capabilities: capabilities.filter((name) => name !== "settings") },
  });
  await expect(readServices(blind, ["web"])).rejects.toMatchObject({ code: "UNSUPPORTED" });
});
