import type { ProgressEvent } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "./strategy.js";

const service = (name: string, networks?: string[], more: object = {}) => ({
  ID: `id-${name}`,
  Version: { Index: 7 },
  CreatedAt: "2026-01-01T00:00:00Z",
  Spec: {
    Name: name,
    TaskTemplate: { ContainerSpec: { Image: "demo:1" }, Networks: networks?.map((Target) => ({ Target })) },
    Mode: { Replicated: { Replicas: 0 } },
  },
  ...more,
});
const answers = (...services: object[]) => ({
  "services.list": () => services,
  "tasks.list": () => [],
  "nodes.list": () => [],
  "networks.list": () => [{ Id: "n1", Name: "plant" }],
  "networks.inspect": (id: string) => (id === "n2" ? { Name: "host" } : fails("NOT_FOUND")()),
});

test("list() lists networks once if a service has some, otherwise not at all", async () => {
  const without = fakeEngine(answers(service("a"), service("b", [])));
  expect((await new SwarmDeploymentStrategy(without.engine).list())[0]?.settings).toMatchObject({ name: "a" });
  expect(without.calls.sort()).toEqual(["nodes.list", "services.list", "tasks.list"]);

  const some = fakeEngine(answers(service("a", ["n1"]), service("b", ["n1"])));
  const [a] = await new SwarmDeploymentStrategy(some.engine).list();
  expect(a?.settings?.networks).toEqual(["plant"]);
  expect(some.calls.sort()).toEqual(["networks.list", "nodes.list", "services.list", "tasks.list"]);
});

test("list() inspects each network that is in no list once, and names a removed network by its id", async () => {
  const { engine, calls } = fakeEngine(answers(service("a", ["n1", "n2"]), service("b", ["n2", "n3"])));
  const [a, b] = await new SwarmDeploymentStrategy(engine).list();
  expect([a?.settings?.networks, b?.settings?.networks]).toEqual([
    ["host", "plant"],
    ["host", "n3"],
  ]);
  expect(calls.filter((call) => call.startsWith("networks"))).toEqual([
    "networks.list",
    "networks.inspect n2",
    "networks.inspect n3",
  ]);
});

test("the revision depends on the spec only, not on the progress of an update or the order of keys", async () => {
  const { Spec, ...rest } = service("a", ["n1"]);
  const turned = { TaskTemplate: Spec.TaskTemplate, Mode: Spec.Mode, Name: Spec.Name };
  const revision = async (found: object) =>
    (await new SwarmDeploymentStrategy(fakeEngine(answers(found)).engine).list())[0]?.revision;
  const first = await revision({ Spec, ...rest });
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(await revision({ ...rest, Spec: turned, Version: { Index: 8 }, UpdateStatus: { State: "updating" } })).toBe(
    first,
  );
  expect(await revision({ ...rest, Spec: { ...Spec, Labels: { a: "1" } } })).not.toBe(first);
});

test("inspect() reports the version before the last update, with its settings", async () => {
  const { Spec } = service("a");
  const PreviousSpec = {
    ...Spec,
    Labels: { a: "1", "org.openfactory.deploy.operation": "x" },
    // The current version joins no network.
    TaskTemplate: {
      ContainerSpec: { Image: "demo:0", CapabilityAdd: ["CAP_SYS_ADMIN"] },
      Networks: [{ Target: "n2" }],
    },
  };
  const { engine } = fakeEngine(answers(service("aa", [], { PreviousSpec })));
  expect((await new SwarmDeploymentStrategy(engine).inspect("aa")).previous).toEqual({
    image: "demo:0",
    labels: { a: "1" },
    settings: {
      name: "a",
      image: "demo:0",
      env: [],
      labels: { a: "1" },
      capAdd: ["SYS_ADMIN"],
      networks: ["host"],
      mode: { Replicated: { Replicas: 0 } },
    },
  });
});

test("settingsOf() with `always` has the digest; it warns without an answer, and rejects when the registry refuses", async () => {
  const request = { name: "demo", image: "demo:1", imagePullPolicy: "always" } as const;
  const events: ProgressEvent[] = [];
  const settings = (answer: Record<string, () => unknown>) =>
    new SwarmDeploymentStrategy(fakeEngine(answer).engine).settingsOf(request, {
      observer: (event) => events.push(event),
    });
  expect(await settings({ "images.digest": () => "sha256:1" })).toEqual({
    name: "demo",
    image: "demo:1@sha256:1",
    env: [],
  });
  expect(events).toEqual([]);
  expect(await settings({ "images.digest": fails("TIMEOUT") })).toMatchObject({ image: "demo:1" });
  expect(events).toMatchObject([{ type: "warning", warning: { code: "DIGEST_NOT_RESOLVED" } }]);
  await expect(settings({ "images.digest": fails("UNAUTHORIZED") })).rejects.toMatchObject({
    code: "UNAUTHORIZED",
    service: "demo",
  });
});

test("mount options that Swarm ignores are a warning or an error", async () => {
  const strategy = new SwarmDeploymentStrategy(
    fakeEngine({ "services.create": () => ({ id: "a", warnings: [] }) }).engine,
  );
  const mounted = (mount: object) => ({
    name: "demo",
    image: "demo:1",
    mounts: [{ Type: "bind", Source: "/a", Target: "/a", ...mount }],
  });
  const created = mounted({ BindOptions: { CreateMountpoint: true } });
  await expect(strategy.settingsOf(created)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  await expect(strategy.deploy(created)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  const { warnings } = await strategy.deploy(mounted({ Consistency: "cached" }));
  expect(warnings).toMatchObject([{ code: "FIELD_NOT_SUPPORTED", field: "mounts[].Consistency" }]);
});
