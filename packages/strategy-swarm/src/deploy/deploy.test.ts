import { inspect } from "node:util";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "../strategy.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const request = { name: "demo", image: "reg.example.com/demo:1", networks: ["one", "two"] };
const works = { "services.create": () => ({ id: "abc", warnings: ["careful"] }) };

test("deploy() creates a service in one call", async () => {
  const { engine, calls } = fakeEngine(works);
  const { ids, image, warnings } = await new SwarmDeploymentStrategy(engine).deploy(request);
  expect(calls).toEqual(["services.create"]);
  expect({ ids, image }).toEqual({ ids: ["abc"], image: request.image });
  expect(warnings).toEqual([{ code: "ENGINE_WARNING", service: "demo", strategy: "swarm", reason: "careful" }]);
});

test("deploy() with `always` pins the registry's digest, in one more call", async () => {
  let spec: { TaskTemplate?: { ContainerSpec?: { Image?: string } } } = {};
  const { engine, calls } = fakeEngine({
    "images.digest": () => DIGEST,
    "services.create": (body: typeof spec) => {
      spec = body;
      return works["services.create"]();
    },
  });
  const { image } = await new SwarmDeploymentStrategy(engine).deploy({ ...request, imagePullPolicy: "always" });
  expect(image).toBe(`reg.example.com/demo:1@${DIGEST}`);
  expect(spec.TaskTemplate?.ContainerSpec?.Image).toBe(image);
  expect(calls).toEqual(["images.digest reg.example.com/demo:1", "services.create"]);
});

test("deploy() with `always` and no registry warns; in strict mode it rejects and creates nothing", async () => {
  const always = { ...request, imagePullPolicy: "always" } as const;
  const { engine, calls } = fakeEngine({ ...works, "images.digest": fails("ENGINE_ERROR", "no such host") });
  const strategy = new SwarmDeploymentStrategy(engine);
  const { image, warnings } = await strategy.deploy(always);
  expect(image).toBe(request.image);
  expect(warnings[0]).toMatchObject({ code: "DIGEST_NOT_RESOLVED", field: "imagePullPolicy", service: "demo" });

  calls.length = 0;
  await expect(strategy.deploy(always, { strict: true })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect(calls).toEqual(["images.digest reg.example.com/demo:1"]);
});

test.each(["UNAUTHORIZED", "IMAGE_NOT_FOUND"] as const)(
  "deploy() rejects with %s of the registry before it creates anything",
  async (code) => {
    const { engine, calls } = fakeEngine({ "images.digest": fails(code) });
    const deploying = new SwarmDeploymentStrategy(engine).deploy({ ...request, imagePullPolicy: "always" });
    await expect(deploying).rejects.toMatchObject({ code, service: "demo", strategy: "swarm" });
    expect(calls).toEqual(["images.digest reg.example.com/demo:1"]);
  },
);

test("deploy() sends the registry's credentials, except with the pull policy never", async () => {
  const sent: unknown[] = [];
  const answers = {
    "images.credentials": () => ({ registry: "reg.example.com" }),
    "services.create": (spec: { Labels: object }, options: object) => {
      sent.push({ options, labels: spec.Labels });
      return works["services.create"]();
    },
  };
  const strategy = new SwarmDeploymentStrategy(fakeEngine(answers).engine);
  await strategy.deploy(request);
  const { warnings } = await strategy.deploy({ ...request, imagePullPolicy: "never" });
  expect(sent).toMatchObject([
    { options: { image: request.image } },
    { options: { image: undefined }, labels: { "org.openfactory.deploy.pull-policy": "never" } },
  ]);
  expect(warnings).toMatchObject([
    { code: "FIELD_NOT_SUPPORTED", field: "imagePullPolicy" },
    { code: "ENGINE_WARNING" },
  ]);
  await expect(strategy.deploy({ ...request, imagePullPolicy: "never" }, { strict: true })).rejects.toMatchObject({
    code: "UNSUPPORTED",
  });
});

test("deploy() removes a service whose creation was not answered", async () => {
  let operation = "";
  const { engine, calls } = fakeEngine({
    "services.create": (body: { Labels: Record<string, string> }) => {
      operation = body.Labels["org.openfactory.deploy.operation"] ?? "";
      return fails("TIMEOUT")();
    },
    "services.list": (filters: unknown) => {
      expect(filters).toEqual({ label: [`org.openfactory.deploy.operation=${operation}`] });
      return [{ ID: "lost" }];
    },
    "services.remove": () => undefined,
  });
  await expect(new SwarmDeploymentStrategy(engine).deploy(request)).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(operation).toMatch(/^[0-9a-f-]{36}$/);
  expect(calls).toEqual(["services.create", "services.list", "services.remove lost"]);
});

test("deploy() rejects with ALREADY_EXISTS when the service of the same name has the host port", async () => {
  const words = "port '8080' is already in use by service 'demo' (abc) as an ingress port";
  const { engine } = fakeEngine({ "services.create": fails("INVALID_REQUEST", words) });
  await expect(new SwarmDeploymentStrategy(engine).deploy(request)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
});

test("deploy() masks values of env in errors and warnings of the engine", async () => {
  const pw = "example-value-1";
  const env = [`QUERY=select * from t where pw="${pw}"`, `TOKEN=${pw}`];
  const words = `expanding env failed: expanding env ${JSON.stringify(env[0])}: template: expansion:1: executing "expansion"`;
  const refused = new SwarmDeploymentStrategy(
    fakeEngine({ "services.create": fails("INVALID_REQUEST", words) }).engine,
  );
  const error: unknown = await refused.deploy({ ...request, env }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "INVALID_REQUEST",
    message: expect.stringContaining('"QUERY=***"'),
    cause: { message: expect.stringContaining("***") },
  });
  expect(inspect(error, { depth: 10 })).not.toContain(pw);
  const warned = new SwarmDeploymentStrategy(
    fakeEngine({ "services.create": () => ({ id: "abc", warnings: [words] }) }).engine,
  );
  expect(JSON.stringify(await warned.deploy({ ...request, env }))).not.toContain(pw);
});
