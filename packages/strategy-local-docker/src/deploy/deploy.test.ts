import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const request = { name: "demo", image: "demo:1", env: ["A=b"], networks: ["one", "two", "three"] };
const works = {
  "containers.create": () => ({ id: "abc", warnings: [] }),
  "containers.start": () => undefined,
  "containers.remove": () => undefined,
  "networks.connect": () => undefined,
};

test("deploy() takes two calls for an existing image and any number of networks, from API 1.44", async () => {
  const { engine, calls } = fakeEngine(works);
  await new LocalDockerDeploymentStrategy(engine).deploy(request);
  expect(calls).toEqual(["containers.create demo", "containers.start abc"]);
});

test("deploy() returns a warning of the engine; in strict mode it rejects with UNSUPPORTED and removes the container", async () => {
  const reason = "Your kernel does not support swap limit capabilities.";
  const { engine, calls } = fakeEngine({ ...works, "containers.create": () => ({ id: "abc", warnings: [reason] }) });
  const strategy = new LocalDockerDeploymentStrategy(engine);
  expect((await strategy.deploy(request)).warnings).toEqual([
    { code: "ENGINE_WARNING", service: "demo", strategy: "docker", reason },
  ]);
  calls.length = 0;
  await expect(strategy.deploy(request, { strict: true })).rejects.toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining("swap limit"),
  });
  expect(calls).toEqual(["containers.create demo", "containers.remove abc"]);
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:DB8::7", "[2001:db8::7]"],
])(
  "deploy() rejects with the field of a host address that the engine's host lacks: %s",
  async (hostAddress, written) => {
    const words = `driver failed programming external connectivity on endpoint demo (1f): Error starting userland proxy: listen tcp4 ${written}:8080: bind: cannot assign requested address`;
    const { engine } = fakeEngine({ ...works, "containers.start": fails("ENGINE_ERROR", words) });
    const ports = [{ target: 80 }, { target: 81, published: 8080, hostAddress }];
    await expect(new LocalDockerDeploymentStrategy(engine).deploy({ ...request, ports })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      field: "ports[1].hostAddress",
      message: expect.stringContaining(`Can't publish ports of demo on ${written}`),
    });
  },
);

test("deploy() connects further networks before the start, before API 1.44", async () => {
  const { engine, calls } = fakeEngine(works, "1.41");
  await new LocalDockerDeploymentStrategy(engine).deploy(request);
  expect(calls).toEqual([
    "containers.create demo",
    "networks.connect two",
    "networks.connect three",
    "containers.start abc",
  ]);
});

test("deploy() pulls an image only if the engine does not have it", async () => {
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

test("deploy() with `always` pulls first, and returns the image with its digest", async () => {
  const { engine, calls } = fakeEngine({
    ...works,
    "images.pull": () => undefined,
    "images.inspect": () => ({
      Id: "x",
      RepoTags: [],
      RepoDigests: ["<none>@<none>", `demo@${OTHER}`, `reg:5000/other@${OTHER}`, `reg:5000/demo@${DIGEST}`],
    }),
  });
  const strategy = new LocalDockerDeploymentStrategy(engine);
  const { image } = await strategy.deploy({ name: "demo", image: "reg:5000/demo:1", imagePullPolicy: "always" });
  expect(image).toBe(`reg:5000/demo:1@${DIGEST}`);
  expect(calls.slice(0, 2)).toEqual(["images.pull reg:5000/demo:1", "containers.create demo"]);
});

test.each([
  ["demo", `demo@${DIGEST}`, `demo:latest@${DIGEST}`],
  ["docker.io/library/demo:1", `demo@${DIGEST}`, `docker.io/library/demo:1@${DIGEST}`],
  [`demo:1@${OTHER}`, `demo@${DIGEST}`, `demo:1@${OTHER}`],
  ["demo:1", `elsewhere/demo@${DIGEST}`, "demo:1"],
])("deploy() with `always` of %s, which the engine knows as %s, returns %s", async (image, known, expected) => {
  const { engine } = fakeEngine({
    ...works,
    "images.pull": () => undefined,
    "images.inspect": () => ({ Id: "x", RepoTags: [], RepoDigests: [known] }),
  });
  const deployment = await new LocalDockerDeploymentStrategy(engine).deploy({
    name: "demo",
    image,
    imagePullPolicy: "always",
  });
  expect(deployment.image).toBe(expected);
});

test("deploy() with `always` returns the digest of the tag if the image has several in its repository", async () => {
  const { engine } = fakeEngine({
    ...works,
    "images.pull": () => undefined,
    "images.inspect": () => ({ Id: "x", RepoTags: [], RepoDigests: [`demo@${OTHER}`, `demo@${DIGEST}`] }),
    "images.digest": () => DIGEST,
  });
  const { image } = await new LocalDockerDeploymentStrategy(engine).deploy({ ...request, imagePullPolicy: "always" });
  expect(image).toBe(`demo:1@${DIGEST}`);
});

test("deploy() with `never` rejects with IMAGE_NOT_FOUND for a missing image, and pulls nothing", async () => {
  const { engine, calls } = fakeEngine({ ...works, "containers.create": fails("IMAGE_NOT_FOUND") });
  const deploying = new LocalDockerDeploymentStrategy(engine).deploy({
    name: "demo",
    image: "demo:1",
    imagePullPolicy: "never",
  });
  await expect(deploying).rejects.toMatchObject({
    code: "IMAGE_NOT_FOUND",
    message: "unix:///fake.sock does not have the image demo:1, and its pull policy is never.",
    hint: expect.stringContaining("docker load"),
    service: "demo",
    field: "image",
  });
  expect(calls).toEqual(["containers.create demo"]);
});

test("deploy() with `never` takes the same two calls for an existing image", async () => {
  const { engine, calls } = fakeEngine(works);
  const { image } = await new LocalDockerDeploymentStrategy(engine).deploy({ ...request, imagePullPolicy: "never" });
  expect(image).toBe("demo:1");
  expect(calls).toEqual(["containers.create demo", "containers.start abc"]);
});

test("deploy() names the registry that does not answer for a missing image", async () => {
  const { engine } = fakeEngine({
    "containers.create": fails("IMAGE_NOT_FOUND"),
    "images.pull": fails("ENGINE_ERROR", "connection refused"),
  });
  await expect(
    new LocalDockerDeploymentStrategy(engine).deploy({ name: "demo", image: "reg:5000/demo:1" }),
  ).rejects.toMatchObject({
    code: "IMAGE_NOT_FOUND",
    message: expect.stringContaining("could not pull it from the registry reg:5000: connection refused."),
    hint: expect.stringContaining("reaches reg:5000"),
  });
});

test("deploy() pulls once for all emulated replicas, so that they have the same image", async () => {
  let created = 0;
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.list": () => [],
    "containers.create": () => ({ id: `c${++created}`, warnings: [] }),
    "images.pull": () => undefined,
    "images.inspect": () => ({ Id: "x", RepoTags: [], RepoDigests: [] }),
  });
  const strategy = new LocalDockerDeploymentStrategy(engine, { emulateReplicas: true });
  await strategy.deploy({
    name: "demo",
    image: "demo:1",
    env: ["APP_UUID=D"],
    mode: { Replicated: { Replicas: 3 } },
    imagePullPolicy: "always",
  });
  expect(calls.filter((call) => call.startsWith("images.pull"))).toEqual(["images.pull demo:1"]);
});

test("deploy() removes a container whose creation was not answered", async () => {
  let body: { Labels?: Record<string, string> } = {};
  const filtered: unknown[] = [];
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.create": (_: unknown, sent: typeof body) => {
      body = sent;
      return fails("TIMEOUT")();
    },
    "containers.list": (filters: unknown) => {
      filtered.push(filters);
      return [{ Id: "lost", Names: ["/demo"] }];
    },
  });
  await expect(new LocalDockerDeploymentStrategy(engine).deploy(request)).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(calls).toEqual(["containers.create demo", "containers.list", "containers.remove lost"]);
  const operation = body.Labels?.["org.openfactory.deploy.operation"];
  expect(operation).toMatch(/^[0-9a-f-]{36}$/);
  expect(filtered).toEqual([{ label: [`org.openfactory.deploy.operation=${operation}`] }]);
});

test("deploy() names the containers that it could not remove after a failure", async () => {
  const { engine } = fakeEngine({
    ...works,
    "containers.start": fails("ENGINE_ERROR", "The engine broke."),
    "containers.remove": fails("TIMEOUT"),
  });
  await expect(new LocalDockerDeploymentStrategy(engine).deploy(request)).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    message: "The engine broke. Could not remove container abc, created by the failed deploy.",
    hint: "None. Remove with: `docker rm --force abc`.",
    service: "demo",
    strategy: "docker",
  });
});

test("deploy() removes all emulated replicas if one of them fails", async () => {
  let created = 0;
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.list": () => [],
    "containers.create": () => ({ id: `c${++created}`, warnings: [] }),
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
