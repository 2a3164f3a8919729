import type { DeployRequest, PreflightRequest } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { OPERATION_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { describe, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const GIBIBYTE = 2 ** 30;
const managed = { [OPERATION_LABEL]: "1" };
const nfs = { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" };

const container = (name: string, ports: number[] = [], Labels: Record<string, string> = {}) => ({
  Id: `id-${name}`,
  Names: [`/${name}`],
  Labels,
  State: "running",
  Ports: ports.map((PublicPort) => ({ IP: "0.0.0.0", PrivatePort: 80, PublicPort, Type: "tcp" })),
});
const network = (Name: string, more: object = {}) => ({
  Id: `id-${Name}`,
  Name,
  Scope: "local",
  Attachable: false,
  Ingress: false,
  ...more,
});

interface EngineState {
  containers?: object[];
  networks?: object[];
  volumes?: object[];
  info?: object;
  images?: Record<string, unknown>;
  registry?: Record<string, () => unknown>;
  emulateReplicas?: boolean;
  apiVersion?: string;
}

function strategyOn({
  containers = [],
  networks = [],
  volumes = [],
  info = {},
  images = { "demo:1": {} },
  registry = {},
  ...rest
}: EngineState) {
  const { engine, calls } = fakeEngine(
    {
      "containers.list": () => containers,
      "networks.list": () => networks,
      "volumes.list": () => volumes,
      "images.inspect": (image: string) => images[image] ?? fails("IMAGE_NOT_FOUND")(),
      "images.digest": (image: string) => (registry[image] ?? fails("ENGINE_ERROR", "dial tcp: no route to host"))(),
    },
    rest.apiVersion,
  );
  const swarm = { Swarm: { LocalNodeState: "inactive", ControlAvailable: false } };
  Object.assign(engine, { info: async () => ({ NCPU: 2, MemTotal: 4 * GIBIBYTE, ...swarm, ...info }) });
  return { strategy: new LocalDockerDeploymentStrategy(engine, { emulateReplicas: rest.emulateReplicas }), calls };
}

const requesting = (request: Partial<DeployRequest>, updates = false): PreflightRequest => ({
  request: { name: "demo", image: "demo:1", ...request },
  updates,
});
const problemsOf = async (state: EngineState, ...requests: PreflightRequest[]) =>
  (await strategyOn(state).strategy.preflight(requests)).map(({ service, code, field, message, hint }) => {
    expect(hint, message).toMatch(/^\S.*\.$/);
    expect(message).toMatch(/[^.]$/);
    return [service, code, field, message];
  });

test("preflight() returns no problems if everything exists", async () => {
  const mounts = [{ Source: "vol", Target: "/v" }];
  const state = {
    networks: [network("plant"), network("office")],
    volumes: [{ Name: "vol", Driver: "other", Options: null }],
  };
  expect(await problemsOf(state, requesting({ ports: { 80: 80 }, networks: ["plant", "office"], mounts }))).toEqual([]);
  expect(await problemsOf({})).toEqual([]);
});

test("preflight() takes one call for each kind of object and one for each image, for any number of requests", async () => {
  const { strategy, calls } = strategyOn({});
  const requests = Array.from({ length: 50 }, (_, index) =>
    requesting({ name: `demo-${index}`, image: `demo:${(index % 3) + 1}` }),
  );
  const problems = await strategy.preflight(requests);
  expect(problems).toHaveLength(33);
  expect(calls.toSorted()).toEqual([
    "containers.list",
    "images.digest demo:2",
    "images.digest demo:3",
    "images.inspect demo:1",
    "images.inspect demo:2",
    "images.inspect demo:3",
  ]);
  calls.length = 0;
  await strategy.preflight(
    requests.map(({ request, updates }) => ({ request: { ...request, networks: ["plant"] }, updates })),
  );
  expect(calls.filter((call) => !call.startsWith("images")).toSorted()).toEqual(["containers.list", "networks.list"]);
});

test("preflight() uses a listing of this strategy instead of a call", async () => {
  const replica = container("mill-1", [], { ...managed, [REPLICA_LABEL]: "mill" });
  const { strategy, calls } = strategyOn({ containers: [replica, container("other", [80])] });
  const requests = [requesting({ name: "mill-1" }), requesting({ ports: { 80: 80 } })];
  const problems = await strategy.preflight(requests);
  expect(problems.map(({ service, code }) => [service, code])).toEqual([
    ["mill-1", "ALREADY_EXISTS"],
    ["demo", "CONFLICT"],
  ]);
  const listed = await strategy.list();
  calls.length = 0;
  expect(await strategy.preflight(requests, { listed })).toEqual(problems);
  expect(calls).not.toContain("containers.list");
  expect(await strategy.preflight(requests, { listed: [...listed] })).toEqual(problems);
  expect(calls, "a copy of the listing, whose containers are unknown").toContain("containers.list");
});

test("preflight() returns all problems, in the order of the requests", async () => {
  const problems = await problemsOf(
    { containers: [container("demo", [80])] },
    requesting({ networks: ["none-such"], ports: { 80: 80 } }),
    requesting({ name: "x", image: "UPPER" }),
    requesting({ name: "second", resources: { Limits: { NanoCPUs: 3e9 } } }),
  );
  expect(problems.map(([service, code, field]) => [service, code, field])).toEqual([
    ["demo", "ALREADY_EXISTS", "name"],
    ["demo", "NETWORK_NOT_FOUND", "networks[0]"],
    ["demo", "CONFLICT", "ports"],
    ["x", "INVALID_REQUEST", "image"],
    ["x", "INVALID_REQUEST", "name"],
    ["second", "INVALID_REQUEST", "resources.Limits.NanoCPUs"],
  ]);
});

describe("names", () => {
  test("a name that is in use", async () => {
    expect(await problemsOf({ containers: [container("demo")] }, requesting({}))).toEqual([
      ["demo", "ALREADY_EXISTS", "name", "A container named demo already exists on unix:///fake.sock"],
    ]);
  });

  test("an update does not conflict with its own containers, nor with those of an interrupted update", async () => {
    const containers = ["demo", "demo.candidate", "demo.previous", "demo.retiring", "demo.next", "demo.leaving"].map(
      (name) => container(name, [], managed),
    );
    expect(await problemsOf({ containers }, requesting({}, true))).toEqual([]);
  });

  test("an update conflicts with containers of other tools that have the names it needs", async () => {
    const containers = [container("demo", [], managed), container("demo.candidate"), container("demo.previous")];
    expect((await problemsOf({ containers }, requesting({}, true))).map(([, , , message]) => message)).toEqual([
      "A container named demo.candidate already exists on unix:///fake.sock",
      "A container named demo.previous already exists on unix:///fake.sock",
    ]);
    expect(await problemsOf({ containers: containers.slice(1) }, requesting({}))).toEqual([]);
  });

  test("the name of each replica", async () => {
    const replica = { ...managed, [REPLICA_LABEL]: "demo" };
    const containers = [container("demo-1", [], replica), container("demo-2")];
    const request = { mode: { Replicated: { Replicas: 2 } } };
    const names = async (updates: boolean) =>
      (await problemsOf({ containers, emulateReplicas: true }, requesting(request, updates))).map(
        ([, , , message]) => message?.split(" ")[3],
      );
    expect(await names(true)).toEqual(["demo-2"]);
    expect(await names(false)).toEqual(["demo-1", "demo-2"]);
  });
});

describe("host ports", () => {
  const web = requesting({ ports: { 8080: 80 } });

  test.each([
    ["of another container", [container("other", [8080])], "container other"],
    ["other than that of another container", [container("other", [8081])], undefined],
    [
      "of a container that does not run",
      [{ ...container("other"), Ports: [{ PrivatePort: 8080, Type: "tcp" }] }],
      undefined,
    ],
    [
      "of another protocol",
      [{ ...container("other"), Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: "udp" }] }],
      undefined,
    ],
  ])("%s", async (_, containers, by) => {
    const expected = by && [
      ["demo", "CONFLICT", "ports", `Host port 8080/tcp on unix:///fake.sock is already in use by ${by}`],
    ];
    expect(await problemsOf({ containers }, web)).toEqual(expected ?? []);
  });

  test("an update keeps its port, and can use a port that another update gives up", async () => {
    const containers = [container("demo", [8080], managed), container("second", [8081], managed)];
    const swapped = [
      requesting({ ports: { 8081: 80 } }, true),
      requesting({ name: "second", ports: { 8080: 80 } }, true),
    ];
    expect(await problemsOf({ containers }, { ...web, updates: true })).toEqual([]);
    expect(await problemsOf({ containers }, ...swapped)).toEqual([]);
  });

  test("an updated service keeps its port in any order; of two new services the first gets it", async () => {
    const containers = [container("second", [8080], managed)];
    const second = requesting({ name: "second", ports: { 8080: 81 } }, true);
    const expected = [["demo", "CONFLICT", "ports", expect.stringContaining("is also requested by service second")]];
    expect(await problemsOf({ containers }, web, second)).toEqual(expected);
    expect(await problemsOf({ containers }, second, web)).toEqual(expected);
    const two = await problemsOf({}, web, requesting({ name: "third", ports: { 8080: 80 } }));
    expect(two.map(([service]) => service)).toEqual(["third"]);
  });
});

describe("networks", () => {
  const joining = requesting({ networks: ["plant"] });

  test.each([
    ["missing", [network("plant-2")], {}, "NETWORK_NOT_FOUND"],
    ["of the swarm", [network("plant", { Scope: "swarm" })], {}, "CONFLICT"],
    ["of the swarm, and attachable", [network("plant", { Scope: "swarm", Attachable: true })], {}, undefined],
    ["not known to a worker yet", [], { Swarm: { LocalNodeState: "active", ControlAvailable: false } }, undefined],
    ["missing on a manager", [], { Swarm: { LocalNodeState: "active", ControlAvailable: true } }, "NETWORK_NOT_FOUND"],
  ])("%s", async (_, networks, info, code) => {
    expect((await problemsOf({ networks, info }, joining)).map((one) => one.slice(0, 3))).toEqual(
      code ? [["demo", code, "networks[0]"]] : [],
    );
  });
});

describe("volumes", () => {
  const volume = (Options: Record<string, string> | undefined, Name?: string) => {
    const VolumeOptions =
      Options || Name ? { DriverConfig: { ...(Name && { Name }), ...(Options && { Options }) } } : undefined;
    return requesting({ mounts: [{ Target: "/a" }, { Source: "vol", Target: "/v", VolumeOptions }] });
  };
  const existing = (Options: object | null, Driver = "local") => ({ volumes: [{ Name: "vol", Driver, Options }] });

  test.each([
    ["the same options", volume(nfs), existing(nfs), false],
    [
      "the same options in another order",
      volume({ ...nfs, o: "addr=nas,soft,ro" }),
      existing({ ...nfs, o: "addr=nas,ro,soft" }),
      false,
    ],
    ["other options", volume(nfs), existing({ ...nfs, device: ":/other" }), true],
    ["options where there are none", volume(nfs), existing(null), true],
    ["one more option", volume(nfs), existing({ ...nfs, x: "1" }), true],
    ["another driver", volume(nfs, "other"), existing(nfs), true],
    ["the default driver by its name", volume(nfs, "local"), existing(nfs), false],
    ["no options requested", volume(undefined), existing(nfs, "other"), false],
    ["no such volume", volume(nfs), { volumes: [] }, false],
  ])("%s", async (_, request, state, conflicts) => {
    const expected = [["demo", "CONFLICT", "mounts[1]", expect.stringContaining("Volume vol exists")]];
    expect(await problemsOf(state, request)).toEqual(conflicts ? expected : []);
  });

  test("shows the options of both volumes if they are NFS", async () => {
    const [problem] = await strategyOn(existing({ ...nfs, device: ":/srv/line_1" })).strategy.preflight([
      volume({ ...nfs, device: ":/srv/line/1" }),
    ]);
    expect(problem?.message).toMatch(
      /driver local \(device=:\/srv\/line_1, .*\) instead of driver local \(device=:\/srv\/line\/1, /,
    );
    expect(problem?.hint).toContain("docker volume rm v");
  });

  test("shows no values of options that may be secret", async () => {
    const [problem] = await strategyOn(existing({ o: "username=ada,password=s3cret" })).strategy.preflight([
      volume({ o: "password=0ther" }),
    ]);
    expect(JSON.stringify(problem)).not.toMatch(/s3cret|0ther/);
  });
});

describe("images", () => {
  const digest = { "demo:2": () => "sha256:1" };
  const of = (image: string, imagePullPolicy: "missing" | "always" = "missing") =>
    requesting({ image, imagePullPolicy });

  test.each([
    ["on the engine", of("demo:1"), {}, undefined],
    ["in its registry", of("demo:2"), digest, undefined],
    [
      "nowhere",
      of("demo:2"),
      { "demo:2": fails("IMAGE_NOT_FOUND", "There is none.") },
      ["IMAGE_NOT_FOUND", "There is none"],
    ],
    [
      "denied by its registry",
      of("demo:2"),
      { "demo:2": fails("UNAUTHORIZED", "Log in.") },
      ["UNAUTHORIZED", "Log in"],
    ],
    [
      "whose registry does not answer",
      of("demo:2"),
      {},
      ["IMAGE_NOT_FOUND", "Can't check the image demo:2: its registry is unreachable (dial tcp: no route to host)"],
    ],
    [
      "whose registry takes too long",
      of("demo:2"),
      { "demo:2": fails("TIMEOUT", "Late.") },
      ["IMAGE_NOT_FOUND", "Can't check the image demo:2: its registry is unreachable (Late)"],
    ],
    ["always pulled, from its registry", of("demo:1", "always"), { "demo:1": () => "sha256:1" }, undefined],
    ["always pulled, on the engine, whose registry does not answer", of("demo:1", "always"), {}, undefined],
    [
      "always pulled, and nowhere",
      of("demo:2", "always"),
      {},
      ["IMAGE_NOT_FOUND", expect.stringContaining("Can't check the image demo:2")],
    ],
    [
      "whose registry limits requests",
      of("demo:2"),
      { "demo:2": fails("ENGINE_ERROR", "toomanyrequests: You have reached your pull rate limit.") },
      ["ENGINE_ERROR", expect.stringContaining("toomanyrequests")],
    ],
  ])("%s", async (_, request, registry, expected) => {
    expect(await problemsOf({ registry }, request)).toEqual(
      expected ? [["demo", expected[0], "image", expected[1]]] : [],
    );
  });
});

test.each([
  [{ Limits: { NanoCPUs: 2e9, MemoryBytes: 4 * GIBIBYTE } }, []],
  [{ Limits: { NanoCPUs: 2.5e9 } }, ["Requests 2.5 CPUs; unix:///fake.sock has 2"]],
  [
    { Limits: { MemoryBytes: 8 * GIBIBYTE }, Reservations: { MemoryBytes: 5 * GIBIBYTE } },
    [
      "Requests 8192 MiB of memory; unix:///fake.sock has 4096 MiB",
      "Requests 5120 MiB of memory; unix:///fake.sock has 4096 MiB",
    ],
  ],
])("preflight() compares limits and reservations with the host: %j", async (resources, messages) => {
  expect((await problemsOf({}, requesting({ resources }))).map(([, , , message]) => message)).toEqual(messages);
});

test("preflight() reports requests that the platform or the engine's API version does not support", async () => {
  const replicated = { mode: { Replicated: { Replicas: 2 } }, ports: { 80: 80 } };
  expect((await problemsOf({ emulateReplicas: true }, requesting(replicated))).map((one) => one.slice(1, 3))).toEqual([
    ["INVALID_REQUEST", "ports[0].published"],
  ]);
  const mounts = [{ Source: "vol", Target: "/v", VolumeOptions: { Subpath: "x" } }];
  expect((await problemsOf({ apiVersion: "1.44" }, requesting({ mounts }))).map((one) => one.slice(1, 3))).toEqual([
    ["UNSUPPORTED", "mounts[0].VolumeOptions.Subpath"],
  ]);
});

test("preflight() rejects with ABORTED when the signal fires, and with ENGINE_UNREACHABLE", async () => {
  const { strategy } = strategyOn({});
  await expect(strategy.preflight([requesting({})], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "ABORTED",
    strategy: "docker",
  });
  const broken = strategyOn({ registry: { "demo:2": fails("ENGINE_UNREACHABLE") } });
  await expect(broken.strategy.preflight([requesting({ image: "demo:2" })])).rejects.toMatchObject({
    code: "ENGINE_UNREACHABLE",
  });
});
