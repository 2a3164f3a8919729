import type { ResourceSpec } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const spec = (kind: "network" | "volume"): ResourceSpec => ({ kind, name: "plant", labels: { a: "b" } });

/** An engine with one resource at most, which it makes of any request. */
function world(kind: "network" | "volume", made: () => void = () => undefined) {
  let there: { Name: string; Labels: Record<string, string> }[] = [];
  const list = () => there.map((one) => ({ ...one, Id: "id", Created: "" }));
  const create = (body: { Name: string; Labels: Record<string, string> }) => {
    there = [body];
    made();
    return { ...body, id: "id" };
  };
  const answers = { list, create, remove: () => void (there = []) };
  const { engine, calls } = fakeEngine(
    Object.fromEntries(Object.entries(answers).map(([method, answer]) => [`${kind}s.${method}`, answer])),
  );
  return { strategy: new LocalDockerDeploymentStrategy(engine), calls, there: () => there };
}

test.each(["network", "volume"] as const)("a %s whose answer never came is looked for, and removed", async (kind) => {
  const { strategy, there } = world(kind, fails("TIMEOUT") as () => void);
  await expect(strategy.createResource(spec(kind))).rejects.toMatchObject({ code: "TIMEOUT", strategy: "docker" });
  expect(there()).toEqual([]);
});

test.each(["network", "volume"] as const)("an abort while a %s is made removes it", async (kind) => {
  const controller = new AbortController();
  const { strategy, there } = world(kind, () => controller.abort());
  await expect(strategy.createResource(spec(kind), { signal: controller.signal })).rejects.toMatchObject({
    code: "ABORTED",
  });
  expect(there()).toEqual([]);
});

test("of two networks that engines have made of one name, the younger goes", async () => {
  const networks = [
    { Id: "old", Name: "plant", Created: "2026-01-01T00:00:00Z", Labels: {} },
    { Id: "new", Name: "plant", Created: "2026-01-01T00:00:01Z", Labels: {} },
    { Id: "other", Name: "plant-2", Created: "2025-01-01T00:00:00Z", Labels: {} },
  ];
  const { engine, calls } = fakeEngine({
    "networks.create": () => ({ id: "new" }),
    "networks.list": () => networks,
    "networks.remove": () => undefined,
  });
  const making = new LocalDockerDeploymentStrategy(engine).createResource(spec("network"));
  await expect(making).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  expect(calls).toEqual(["networks.create", "networks.list", "networks.remove new"]);
});

test("networks of a swarm that the strategy did not make are not listed, and their removal rejects with CONFLICT", async () => {
  const network = (Name: string, part: object) => ({
    Id: Name,
    Name,
    Scope: "local",
    Ingress: false,
    Labels: {},
    Created: "",
    ...part,
  });
  const made = { "org.openfactory.deploy.operation": "o1", "org.openfactory.deploy.project": "plant" };
  const { engine, calls } = fakeEngine({
    "networks.list": () => [
      network("local", {}),
      network("swarms", { Scope: "swarm", Labels: { "org.openfactory.deploy.project": "plant" } }),
      network("stack", { Scope: "swarm", Labels: { "com.docker.stack.namespace": "plant" } }),
      network("overlay", { Scope: "swarm", Labels: made }),
    ],
  });
  const strategy = new LocalDockerDeploymentStrategy(engine);
  expect((await strategy.listResources({ kinds: ["network"] })).map(({ name }) => name)).toEqual(["local", "overlay"]);
  expect(
    (await strategy.listResources({ kinds: ["network"], foreign: true })).map(({ name, orchestrator }) => [
      name,
      orchestrator,
    ]),
  ).toEqual([
    ["local", undefined],
    ["overlay", undefined],
    ["stack", "Docker Swarm"],
    ["swarms", "Docker Swarm"],
  ]);
  for (const name of ["swarms", "stack"]) {
    await expect(strategy.removeResource("network", name)).rejects.toMatchObject({
      code: "CONFLICT",
      message: `The network ${name} belongs to Docker Swarm. It was not changed.`,
    });
  }
  expect(calls.every((call) => call === "networks.list")).toBe(true);
});

test("removeResource() removes the strategy's own network where a swarm has one of the same name", async () => {
  const network = (Id: string, Scope: string) => ({
    Id,
    Name: "plant",
    Scope,
    Ingress: false,
    Labels: {},
    Created: "",
  });
  const { engine, calls } = fakeEngine({
    "networks.list": () => [network("swarms", "swarm"), network("own", "local")],
    "networks.remove": () => undefined,
  });
  await new LocalDockerDeploymentStrategy(engine).removeResource("network", "plant");
  expect(calls).toEqual(["networks.list", "networks.remove own"]);
});

test("the caller's labels and options are not changed", async () => {
  const frozen = Object.freeze({
    ...spec("volume"),
    labels: Object.freeze({ a: "b" }),
    driverOptions: Object.freeze({}),
  });
  const { strategy } = world("volume");
  expect(await strategy.createResource(frozen as ResourceSpec)).toEqual({
    kind: "volume",
    name: "plant",
    id: "plant",
    labels: { a: "b" },
  });
});
