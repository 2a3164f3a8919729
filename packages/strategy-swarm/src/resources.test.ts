import { DeploymentError, type ErrorCode, type ResourceSpec } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "./strategy.js";

const refused = (code: ErrorCode, message: string, statusCode: number) => () => {
  throw new DeploymentError(code, `The engine could not: ${message}`, { cause: { message, statusCode } });
};
const network = (name: string, more: object = {}) => ({
  Id: `id-${name}`,
  Name: name,
  Scope: "swarm",
  Labels: null,
  ...more,
});

describe("createResource()", () => {
  const made = async (spec: ResourceSpec) => {
    let body: unknown;
    const take = (answer: unknown) => (sent: unknown) => {
      body = sent;
      return answer;
    };
    const { engine, calls } = fakeEngine({
      "networks.create": take({ id: "n1" }),
      "volumes.list": () => [],
      "volumes.create": take({ Name: spec.name }),
      "configs.create": take("c1"),
      "secrets.create": take("s1"),
    });
    return { resource: await new SwarmDeploymentStrategy(engine).createResource(spec), body, calls };
  };
  const labels = { team: "a" };

  test("creates a network as an attachable overlay by default", async () => {
    expect(await made({ kind: "network", name: "plant", labels })).toEqual({
      resource: { kind: "network", name: "plant", id: "n1", labels },
      body: { Name: "plant", Driver: "overlay", Attachable: true, Internal: false, Options: {}, Labels: labels },
      calls: ["networks.create"],
    });
    const driverOptions = { encrypted: "" };
    const own = await made({
      kind: "network",
      name: "plant",
      labels,
      driver: "macvlan",
      attachable: false,
      internal: true,
      driverOptions,
    });
    expect(own.body).toMatchObject({ Driver: "macvlan", Attachable: false, Internal: true, Options: driverOptions });
  });

  test("looks up a volume first and rejects with ALREADY_EXISTS, since the engine would accept other options", async () => {
    const driverOptions = { type: "nfs", device: ":/export" };
    expect(await made({ kind: "volume", name: "data", labels, driverOptions })).toEqual({
      resource: { kind: "volume", name: "data", id: "data", labels },
      body: { Name: "data", Driver: "local", DriverOpts: driverOptions, Labels: labels },
      calls: ["volumes.list", "volumes.create"],
    });
    const { engine, calls } = fakeEngine({ "volumes.list": () => [{ Name: "data-2" }, { Name: "data" }] });
    const creating = new SwarmDeploymentStrategy(engine).createResource({ kind: "volume", name: "data", labels });
    await expect(creating).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(calls).toEqual(["volumes.list"]);
  });

  test.each(["config", "secret"] as const)("sends the content of a %s in base64", async (kind) => {
    const { body, resource } = await made({ kind, name: "key", labels, content: Uint8Array.of(0, 255) });
    expect(body).toEqual({ Name: "key", Labels: labels, Data: "AP8=" });
    expect(JSON.stringify(resource)).not.toContain("AP8=");
  });

  test("removes the resource when aborted while the engine answers", async () => {
    const controller = new AbortController();
    const { engine, calls } = fakeEngine({
      "secrets.create": () => (controller.abort(), "s1"),
      "secrets.remove": () => undefined,
    });
    const creating = new SwarmDeploymentStrategy(engine).createResource(
      { kind: "secret", name: "key", labels, content: Uint8Array.of(1) },
      { signal: controller.signal },
    );
    await expect(creating).rejects.toMatchObject({ code: "ABORTED", strategy: "swarm" });
    expect(calls).toEqual(["secrets.create", "secrets.remove s1"]);
  });

  test.each([
    ["CONFLICT", "network with name plant already exists", 409, "ALREADY_EXISTS"],
    ["NOT_FOUND", 'plugin "none" not found', 404, "INVALID_REQUEST"],
    ["INVALID_REQUEST", "invalid name", 400, "INVALID_REQUEST"],
    ["ENGINE_ERROR", "boom", 500, "ENGINE_ERROR"],
  ] as const)("translates %s (%s): %i to %s", async (code, words, status, expected) => {
    const { engine } = fakeEngine({ "networks.create": refused(code, words, status) });
    const error: unknown = await new SwarmDeploymentStrategy(engine)
      .createResource({ kind: "network", name: "plant", labels, driver: "none" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expected, cause: { message: words } });
  });
});

test("listResources() leaves out local networks, the ingress network and locks", async () => {
  const { engine } = fakeEngine({
    "networks.list": () => [
      network("plant"),
      network("ingress", { Ingress: true }),
      network("bridge", { Scope: "local" }),
    ],
    "volumes.list": () => [],
    "secrets.list": () => [],
    "configs.list": () => [
      { ID: "c1", Spec: { Name: "settings", Labels: { a: "1" } } },
      { ID: "c2", Spec: { Name: "openfactory-lock-1", Labels: { "org.openfactory.deploy.lock": "x" } } },
    ],
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  expect((await strategy.listResources()).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "config settings",
    "network plant",
  ]);
  expect((await strategy.listResources({ labels: { a: "1" } })).map(({ name }) => name)).toEqual(["settings"]);
});

describe("removeResource()", () => {
  const inUse = refused(
    "INVALID_REQUEST",
    "rpc error: code = FailedPrecondition desc = network id-plant is in use by task x",
    400,
  );

  /** A network whose n-th removal succeeds, and that is listed a few more times. */
  const holding = (tries: number, lingering: number) => {
    let [tried, looks] = [0, 0];
    const world = fakeEngine({
      "networks.list": () => {
        if (tried < tries) return [network("plant-2"), network("plant")];
        looks += 1;
        return looks <= lingering ? [network("plant")] : [];
      },
      "networks.remove": () => {
        tried += 1;
        if (tried < tries) inUse();
        if (tried > tries) refused("ENGINE_ERROR", "network id-plant not found", 500)();
      },
    });
    return { strategy: new SwarmDeploymentStrategy(world.engine), calls: world.calls };
  };
  const removals = (calls: string[]) => calls.filter((call) => call === "networks.remove id-plant").length;

  test("resolves once a network in use has been released and its name is free", async () => {
    const { strategy, calls } = holding(3, 2);
    await strategy.removeResource("network", "plant");
    expect(removals(calls)).toBe(5);
  });

  test("rejects with CONFLICT, naming the users, when the resource stays in use", async () => {
    await expect(holding(100, 0).strategy.removeResource("network", "plant", { timeoutMs: 300 })).rejects.toMatchObject(
      {
        code: "CONFLICT",
        message:
          "The network plant is still in use: rpc error: code = FailedPrecondition desc = network id-plant is in use by task x.",
      },
    );
    const named = fakeEngine({
      "networks.list": () => [network("plant")],
      "networks.remove": inUse,
      "networks.inspect": () => ({
        ...network("plant"),
        Containers: { a: { Name: "web.1.abc" }, b: { Name: "by-hand" }, "lb-plant": { Name: "plant-endpoint" } },
      }),
      "services.list": () => [
        { Spec: { Name: "web", TaskTemplate: { Networks: [{ Target: "id-plant" }] } } },
        { Spec: { Name: "db", TaskTemplate: { Networks: null } } },
      ],
    });
    await expect(
      new SwarmDeploymentStrategy(named.engine).removeResource("network", "plant", { timeoutMs: 0 }),
    ).rejects.toMatchObject({
      code: "CONFLICT",
      message: "The network plant is still in use by container by-hand, service web.",
    });
    const mounted = fakeEngine({
      "volumes.list": () => [{ Name: "data" }],
      "volumes.remove": refused("CONFLICT", "volume is in use - [0123abc]", 409),
      "containers.list": () => [{ Names: ["/web.1.abc"] }],
    });
    await expect(
      new SwarmDeploymentStrategy(mounted.engine).removeResource("volume", "data", { timeoutMs: 0 }),
    ).rejects.toMatchObject({
      message: "The volume data is still in use by container web.1.abc.",
    });
    await expect(holding(1, 100).strategy.removeResource("network", "plant", { timeoutMs: 300 })).rejects.toMatchObject(
      {
        code: "CONFLICT",
        message: expect.stringContaining("shutting down"),
      },
    );
  });

  test("rejects with ABORTED while it waits", async () => {
    const { strategy } = holding(100, 0);
    await expect(
      strategy.removeResource("network", "plant", { signal: AbortSignal.timeout(250) }),
    ).rejects.toMatchObject({ code: "ABORTED" });
  });

  test("resolves when another process removed the resource, and rejects with any other error", async () => {
    const volume = { "volumes.list": () => [{ Name: "data" }] };
    const gone = fakeEngine({ ...volume, "volumes.remove": refused("NOT_FOUND", "no such volume", 404) });
    await new SwarmDeploymentStrategy(gone.engine).removeResource("volume", "data");
    const broken = fakeEngine({ ...volume, "volumes.remove": fails("ENGINE_ERROR", "disk on fire") });
    await expect(new SwarmDeploymentStrategy(broken.engine).removeResource("volume", "data")).rejects.toMatchObject({
      code: "ENGINE_ERROR",
    });
  });
});
