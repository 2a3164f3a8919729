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

test("two calls where the image is there, whatever the number of networks, from API 1.44", async () => {
  const { engine, calls } = fakeEngine(works);
  await new LocalDockerDeploymentStrategy(engine).deploy(request);
  expect(calls).toEqual(["containers.create demo", "containers.start abc"]);
});

test("a warning of the engine is a warning of the deployment, and UNSUPPORTED in strict mode, with the container removed", async () => {
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
])("deploy() rejects with the field of a host address that the engine's host lacks: %s", async (hostAddress, told) => {
  const words = `driver failed programming external connectivity on endpoint demo (1f): Error starting userland proxy: listen tcp4 ${told}:8080: bind: cannot assign requested address`;
  const { engine } = fakeEngine({ ...works, "containers.start": fails("ENGINE_ERROR", words) });
  const ports = [{ target: 80 }, { target: 81, published: 8080, hostAddress }];
  await expect(new LocalDockerDeploymentStrategy(engine).deploy({ ...request, ports })).rejects.toMatchObject({
    code: "INVALID_REQUEST",
    field: "ports[1].hostAddress",
    message: expect.stringContaining(`demo can't publish ports on ${told}`),
  });
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
])("`always` of %s, which the engine knows as %s, is told as %s", async (image, known, told) => {
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
  expect(deployment.image).toBe(told);
});

test("`always` of an image that is in its repository twice is told as what the tag means", async () => {
  const { engine } = fakeEngine({
    ...works,
    "images.pull": () => undefined,
    "images.inspect": () => ({ Id: "x", RepoTags: [], RepoDigests: [`demo@${OTHER}`, `demo@${DIGEST}`] }),
    "images.digest": () => DIGEST,
  });
  const { image } = await new LocalDockerDeploymentStrategy(engine).deploy({ ...request, imagePullPolicy: "always" });
  expect(image).toBe(`demo:1@${DIGEST}`);
});

test("`never` is told at once that the image is missing, and nothing is pulled", async () => {
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

test("`never` of an image that is there takes the same two calls", async () => {
  const { engine, calls } = fakeEngine(works);
  const { image } = await new LocalDockerDeploymentStrategy(engine).deploy({ ...request, imagePullPolicy: "never" });
  expect(image).toBe("demo:1");
  expect(calls).toEqual(["containers.create demo", "containers.start abc"]);
});

test("a missing image whose registry does not answer names the registry", async () => {
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

test("emulated replicas are one pull, so that they are one image", async () => {
  let made = 0;
  const { engine, calls } = fakeEngine({
    ...works,
    "containers.list": () => [],
    "containers.create": () => ({ id: `c${++made}`, warnings: [] }),
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
