import type { ResourceSpec } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const spec = (kind: "network" | "volume"): ResourceSpec => ({ kind, name: "plant", labels: { a: "b" } });

/** An engine that has at most one resource, and creates any. */
function fakeResources(kind: "network" | "volume", created: () => void = () => undefined) {
  let existing: { Name: string; Labels: Record<string, string> }[] = [];
  const list = () => existing.map((one) => ({ ...one, Id: "id", Created: "" }));
  const create = (body: { Name: string; Labels: Record<string, string> }) => {
    existing = [body];
    created();
    return { ...body, id: "id" };
  };
  const answers = { list, create, remove: () => void (existing = []) };
  const { engine, calls } = fakeEngine(
    Object.fromEntries(Object.entries(answers).map(([method, answer]) => [`${kind}s.${method}`, answer])),
  );
  return { strategy: new LocalDockerDeploymentStrategy(engine), calls, existing: () => existing };
}

test.each(["network", "volume"] as const)(
  "createResource() removes a %s whose creation was not answered",
  async (kind) => {
    const { strategy, existing } = fakeResources(kind, fails("TIMEOUT") as () => void);
    await expect(strategy.createResource(spec(kind))).rejects.toMatchObject({ code: "TIMEOUT", strategy: "docker" });
    expect(existing()).toEqual([]);
  },
);

test.each(["network", "volume"] as const)("createResource() removes a %s when it is aborted", async (kind) => {
  const controller = new AbortController();
  const { strategy, existing } = fakeResources(kind, () => controller.abort());
  await expect(strategy.createResource(spec(kind), { signal: controller.signal })).rejects.toMatchObject({
    code: "ABORTED",
  });
  expect(existing()).toEqual([]);
});

test("createResource() removes the younger of two networks of one name", async () => {
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
  const creating = new LocalDockerDeploymentStrategy(engine).createResource(spec("network"));
  await expect(creating).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  expect(calls).toEqual(["networks.create", "networks.list", "networks.remove new"]);
});

test("listResources() leaves out networks that a swarm created, and removeResource() rejects with CONFLICT for them", async () => {
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
      message: `Network ${name} belongs to Docker Swarm. It was not changed.`,
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

test("createResource() does not change the caller's labels and options", async () => {
  const frozen = Object.freeze({
    ...spec("volume"),
    labels: Object.freeze({ a: "b" }),
    driverOptions: Object.freeze({}),
  });
  const { strategy } = fakeResources("volume");
  expect(await strategy.createResource(frozen as ResourceSpec)).toEqual({
    kind: "volume",
    name: "plant",
    id: "plant",
    labels: { a: "b" },
  });
});
