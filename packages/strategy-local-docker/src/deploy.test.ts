import { expect, test } from "vitest";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const request = { name: "demo", image: "demo:1", env: ["A=b"], networks: ["one", "two", "three"] };
const works = {
  "containers.create": () => ({ id: "abc", warnings: [] }),
  "containers.start": () => undefined,
  "containers.remove": () => undefined,
  "networks.connect": () => undefined,
};

test("two calls where the image is there, whatever the number of networks, from API 1.44", async () => {
  const { engine, calls } = fakeEngine(works);
  await new LocalDockerDeploymentStrategy(engine).deploy(request);
  expect(calls).toEqual(["containers.create demo", "containers.start abc"]);
});

test("before API 1.44 the other networks are connected before the start", async () => {
  const { engine, calls } = fakeEngine(works, "1.41");
  await new LocalDockerDeploymentStrategy(engine).deploy(request);
  expect(calls).toEqual([
    "containers.create demo",
    "networks.connect two",
    "networks.connect three",
    "containers.start abc",
  ]);
});

test("an image is pulled only when the engine says that it has none", async () => {
  let pulled = false;
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.create": () => (pulled ? works["containers.create"]() : fails("IMAGE_NOT_FOUND")()),
    "images.pull": () => void (pulled = true),
  });
  await new LocalDockerDeploymentStrategy(engine).deploy({ name: "demo", image: "demo:1" });
  expect(calls).toEqual([
    "containers.create demo",
    "images.pull demo:1",
    "containers.create demo",
    "containers.start abc",
  ]);
});

test("`always` pulls first, and tells the digest", async () => {
  const { engine, calls } = fakeEngine({
    ...works,
    "images.pull": () => undefined,
    "images.inspect": () => ({ Id: "x", RepoTags: [], RepoDigests: ["other@sha256:1", "reg:5000/demo@sha256:2"] }),
  });
  const strategy = new LocalDockerDeploymentStrategy(engine);
  const { image } = await strategy.deploy({ name: "demo", image: "reg:5000/demo:1", imagePullPolicy: "always" });
  expect(image).toBe("reg:5000/demo:1@sha256:2");
  expect(calls.slice(0, 2)).toEqual(["images.pull reg:5000/demo:1", "containers.create demo"]);
});

test("a creation whose answer never came is looked for, and removed", async () => {
  let body: { Labels?: Record<string, string> } = {};
  const asked: unknown[] = [];
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.create": (_: unknown, sent: typeof body) => {
      body = sent;
      return fails("TIMEOUT")();
    },
    "containers.list": (filters: unknown) => {
      asked.push(filters);
      return [{ Id: "lost", Names: ["/demo"] }];
    },
  });
  await expect(new LocalDockerDeploymentStrategy(engine).deploy(request)).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(calls).toEqual(["containers.create demo", "containers.list", "containers.remove lost"]);
  const operation = body.Labels?.["org.openfactory.deploy.operation"];
  expect(operation).toMatch(/^[0-9a-f-]{36}$/);
  expect(asked).toEqual([{ label: [`org.openfactory.deploy.operation=${operation}`] }]);
});

test("what can't be removed after a failure is named", async () => {
  const { engine } = fakeEngine({
    ...works,
    "containers.start": fails("ENGINE_ERROR", "The engine broke."),
    "containers.remove": fails("TIMEOUT"),
  });
  await expect(new LocalDockerDeploymentStrategy(engine).deploy(request)).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    message: "The engine broke. Container abc is left behind: it could not be removed.",
    hint: "None. Remove abc by hand.",
    service: "demo",
    strategy: "docker",
  });
});

test("emulated replicas: one that fails takes the others with it", async () => {
  let made = 0;
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.list": () => [],
    "containers.create": () => ({ id: `c${++made}`, warnings: [] }),
    "containers.start": (id: string) => (id === "c3" ? fails("ENGINE_ERROR")() : undefined),
  });
  const strategy = new LocalDockerDeploymentStrategy(engine, { emulateReplicas: true });
  const three = { name: "demo", image: "demo:1", env: ["APP_UUID=DEMO"], mode: { Replicated: { Replicas: 3 } } };
  await expect(strategy.deploy(three)).rejects.toMatchObject({ code: "ENGINE_ERROR" });
  expect(calls.filter((call) => call.startsWith("containers.create"))).toEqual([
    "containers.create demo-1",
    "containers.create demo-2",
    "containers.create demo-3",
  ]);
  expect(calls.filter((call) => call.startsWith("containers.remove")).sort()).toEqual([
    "containers.remove c1",
    "containers.remove c2",
    "containers.remove c3",
  ]);
});
