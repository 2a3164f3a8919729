import type { DeployRequest, PreflightRequest } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { OPERATION_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { describe, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const GIBIBYTE = 2 ** 30;
const ours = { [OPERATION_LABEL]: "1" };
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

interface There {
  containers?: object[];
  networks?: object[];
  volumes?: object[];
  info?: object;
  images?: Record<string, unknown>;
  registry?: Record<string, () => unknown>;
  emulateReplicas?: boolean;
  apiVersion?: string;
}

function looking({
  containers = [],
  networks = [],
  volumes = [],
  info = {},
  images = { "demo:1": {} },
  registry = {},
  ...rest
}: There) {
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

const asking = (request: Partial<DeployRequest>, updates = false): PreflightRequest => ({
  request: { name: "demo", image: "demo:1", ...request },
  updates,
});
const found = async (there: There, ...requests: PreflightRequest[]) =>
  (await looking(there).strategy.preflight(requests)).map(({ service, code, field, message, hint }) => {
    expect(hint, message).toMatch(/^\S.*\.$/);
    expect(message).toMatch(/[^.]$/);
    return [service, code, field, message];
  });

test("nothing stands in the way of a request for which all is there", async () => {
  const mounts = [{ Source: "vol", Target: "/v" }];
  const there = {
    networks: [network("plant"), network("office")],
    volumes: [{ Name: "vol", Driver: "other", Options: null }],
  };
  expect(await found(there, asking({ ports: { 80: 80 }, networks: ["plant", "office"], mounts }))).toEqual([]);
  expect(await found({})).toEqual([]);
});

test("one call for what the requests need, however many they are, and one for each image", async () => {
  const { strategy, calls } = looking({});
  const requests = Array.from({ length: 50 }, (_, index) =>
    asking({ name: `demo-${index}`, image: `demo:${(index % 3) + 1}` }),
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

test("a listing of this strategy is taken for a look at the containers, whose names need not be their services'", async () => {
  const replica = container("mill-1", [], { ...ours, [REPLICA_LABEL]: "mill" });
  const { strategy, calls } = looking({ containers: [replica, container("other", [80])] });
  const requests = [asking({ name: "mill-1" }), asking({ ports: { 80: 80 } })];
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
  expect(calls, "a listing of whose containers nothing is known").toContain("containers.list");
});

test("every problem is told, in the order of the requests", async () => {
  const both = await found(
    { containers: [container("demo", [80])] },
    asking({ networks: ["none-such"], ports: { 80: 80 } }),
    asking({ name: "x", image: "UPPER" }),
    asking({ name: "second", resources: { Limits: { NanoCPUs: 3e9 } } }),
  );
  expect(both.map(([service, code, field]) => [service, code, field])).toEqual([
    ["demo", "ALREADY_EXISTS", "name"],
    ["demo", "NETWORK_NOT_FOUND", "networks[0]"],
    ["demo", "CONFLICT", "ports"],
    ["x", "INVALID_REQUEST", "image"],
    ["x", "INVALID_REQUEST", "name"],
    ["second", "INVALID_REQUEST", "resources.Limits.NanoCPUs"],
  ]);
});

describe("names", () => {
  test("one that is in use", async () => {
    expect(await found({ containers: [container("demo")] }, asking({}))).toEqual([
      ["demo", "ALREADY_EXISTS", "name", "there is a container named demo on unix:///fake.sock already"],
    ]);
  });

  test("an update is not in its own way, nor is what an earlier one has left", async () => {
    const containers = ["demo", "demo.next", "demo.previous", "demo.leaving"].map((name) => container(name, [], ours));
    expect(await found({ containers }, asking({}, true))).toEqual([]);
  });

  test("what somebody else has called as an update needs it is in the way of that", async () => {
    const containers = [container("demo", [], ours), container("demo.next"), container("demo.previous")];
    expect((await found({ containers }, asking({}, true))).map(([, , , message]) => message)).toEqual([
      "there is a container named demo.next on unix:///fake.sock already",
      "there is a container named demo.previous on unix:///fake.sock already",
    ]);
    expect(await found({ containers: containers.slice(1) }, asking({}))).toEqual([]);
  });

  test("of replicas, each", async () => {
    const replica = { ...ours, [REPLICA_LABEL]: "demo" };
    const containers = [container("demo-1", [], replica), container("demo-2")];
    const request = { mode: { Replicated: { Replicas: 2 } } };
    const names = async (updates: boolean) =>
      (await found({ containers, emulateReplicas: true }, asking(request, updates))).map(
        ([, , , message]) => message?.split(" ")[5],
      );
    expect(await names(true)).toEqual(["demo-2"]);
    expect(await names(false)).toEqual(["demo-1", "demo-2"]);
  });
});

describe("host ports", () => {
  const web = asking({ ports: { 8080: 80 } });

  test.each([
    ["another container's", [container("other", [8080])], "the container other"],
    ["another's port", [container("other", [8081])], undefined],
    ["none that runs", [{ ...container("other"), Ports: [{ PrivatePort: 8080, Type: "tcp" }] }], undefined],
    [
      "another protocol's",
      [{ ...container("other"), Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: "udp" }] }],
      undefined,
    ],
  ])("%s", async (_, containers, by) => {
    const expected = by && [
      ["demo", "CONFLICT", "ports", `host port 8080/tcp is in use on unix:///fake.sock, by ${by}`],
    ];
    expect(await found({ containers }, web)).toEqual(expected ?? []);
  });

  test("an update has its own, and gets what another update gives up", async () => {
    const containers = [container("demo", [8080], ours), container("second", [8081], ours)];
    const swapped = [asking({ ports: { 8081: 80 } }, true), asking({ name: "second", ports: { 8080: 80 } }, true)];
    expect(await found({ containers }, { ...web, updates: true })).toEqual([]);
    expect(await found({ containers }, ...swapped)).toEqual([]);
  });

  test("what an update keeps is not for another, whichever is first; of two new ones the first gets it", async () => {
    const containers = [container("second", [8080], ours)];
    const second = asking({ name: "second", ports: { 8080: 81 } }, true);
    const expected = [
      ["demo", "CONFLICT", "ports", expect.stringContaining("the service second, which is to have it")],
    ];
    expect(await found({ containers }, web, second)).toEqual(expected);
    expect(await found({ containers }, second, web)).toEqual(expected);
    const two = await found({}, web, asking({ name: "third", ports: { 8080: 80 } }));
    expect(two.map(([service]) => service)).toEqual(["third"]);
  });
});

describe("networks", () => {
  const joining = asking({ networks: ["plant"] });

  test.each([
    ["missing", [network("plant-2")], {}, "NETWORK_NOT_FOUND"],
    ["of the swarm", [network("plant", { Scope: "swarm" })], {}, "CONFLICT"],
    ["of the swarm, and open", [network("plant", { Scope: "swarm", Attachable: true })], {}, undefined],
    ["not known to a worker yet", [], { Swarm: { LocalNodeState: "active", ControlAvailable: false } }, undefined],
    ["missing on a manager", [], { Swarm: { LocalNodeState: "active", ControlAvailable: true } }, "NETWORK_NOT_FOUND"],
  ])("%s", async (_, networks, info, code) => {
    expect((await found({ networks, info }, joining)).map((one) => one.slice(0, 3))).toEqual(
      code ? [["demo", code, "networks[0]"]] : [],
    );
  });
});

describe("volumes", () => {
  const volume = (Options: Record<string, string> | undefined, Name?: string) => {
    const VolumeOptions =
      Options || Name ? { DriverConfig: { ...(Name && { Name }), ...(Options && { Options }) } } : undefined;
    return asking({ mounts: [{ Target: "/a" }, { Source: "vol", Target: "/v", VolumeOptions }] });
  };
  const there = (Options: object | null, Driver = "local") => ({ volumes: [{ Name: "vol", Driver, Options }] });

  test.each([
    ["the same options", volume(nfs), there(nfs), false],
    [
      "the same options in another order",
      volume({ ...nfs, o: "addr=nas,soft,ro" }),
      there({ ...nfs, o: "addr=nas,ro,soft" }),
      false,
    ],
    ["other options", volume(nfs), there({ ...nfs, device: ":/other" }), true],
    ["options where there are none", volume(nfs), there(null), true],
    ["one more", volume(nfs), there({ ...nfs, x: "1" }), true],
    ["another driver", volume(nfs, "other"), there(nfs), true],
    ["the default driver by its name", volume(nfs, "local"), there(nfs), false],
    ["nothing asked", volume(undefined), there(nfs, "other"), false],
    ["no such volume", volume(nfs), { volumes: [] }, false],
  ])("%s", async (_, request, world, inTheWay) => {
    const expected = [["demo", "CONFLICT", "mounts[1]", expect.stringContaining("the volume vol exists")]];
    expect(await found(world, request)).toEqual(inTheWay ? expected : []);
  });

  test("shows the options of both volumes if they are NFS", async () => {
    const [problem] = await looking(there({ ...nfs, device: ":/srv/line_1" })).strategy.preflight([
      volume({ ...nfs, device: ":/srv/line/1" }),
    ]);
    expect(problem?.message).toMatch(
      /driver local \(device=:\/srv\/line_1, .*\) instead of driver local \(device=:\/srv\/line\/1, /,
    );
    expect(problem?.hint).toContain("docker volume rm v");
  });

  test("shows no values of options that may be secret", async () => {
    const [problem] = await looking(there({ o: "username=ada,password=s3cret" })).strategy.preflight([
      volume({ o: "password=0ther" }),
    ]);
    expect(JSON.stringify(problem)).not.toMatch(/s3cret|0ther/);
  });
});

describe("images", () => {
  const digest = { "demo:2": () => "sha256:1" };
  const of = (image: string, imagePullPolicy: "missing" | "always" = "missing") => asking({ image, imagePullPolicy });

  test.each([
    ["on the engine", of("demo:1"), {}, undefined],
    ["in its registry", of("demo:2"), digest, undefined],
    [
      "nowhere",
      of("demo:2"),
      { "demo:2": fails("IMAGE_NOT_FOUND", "There is none.") },
      ["IMAGE_NOT_FOUND", "There is none"],
    ],
    ["not for everybody", of("demo:2"), { "demo:2": fails("UNAUTHORIZED", "Log in.") }, ["UNAUTHORIZED", "Log in"]],
    [
      "where no registry answers",
      of("demo:2"),
      {},
      ["IMAGE_NOT_FOUND", "demo:2 can't be got: its registry can't be asked (dial tcp: no route to host)"],
    ],
    [
      "where a registry takes too long",
      of("demo:2"),
      { "demo:2": fails("TIMEOUT", "Late.") },
      ["IMAGE_NOT_FOUND", "demo:2 can't be got: its registry can't be asked (Late)"],
    ],
    ["always pulled, from its registry", of("demo:1", "always"), { "demo:1": () => "sha256:1" }, undefined],
    ["always pulled, and no registry answers: the engine has it", of("demo:1", "always"), {}, undefined],
    [
      "always pulled, and there is none anywhere",
      of("demo:2", "always"),
      {},
      ["IMAGE_NOT_FOUND", expect.stringContaining("demo:2 can't be got")],
    ],
    [
      "where a registry limits requests",
      of("demo:2"),
      { "demo:2": fails("ENGINE_ERROR", "toomanyrequests: You have reached your pull rate limit.") },
      ["ENGINE_ERROR", expect.stringContaining("toomanyrequests")],
    ],
  ])("%s", async (_, request, registry, expected) => {
    expect(await found({ registry }, request)).toEqual(expected ? [["demo", expected[0], "image", expected[1]]] : []);
  });
});

test.each([
  [{ Limits: { NanoCPUs: 2e9, MemoryBytes: 4 * GIBIBYTE } }, []],
  [{ Limits: { NanoCPUs: 2.5e9 } }, ["2.5 CPUs are more than the 2 on unix:///fake.sock"]],
  [
    { Limits: { MemoryBytes: 8 * GIBIBYTE }, Reservations: { MemoryBytes: 5 * GIBIBYTE } },
    [
      "8192 MiB of memory are more than the 4096 MiB on unix:///fake.sock",
      "5120 MiB of memory are more than the 4096 MiB on unix:///fake.sock",
    ],
  ],
])("limits and reservations %j", async (resources, messages) => {
  expect((await found({}, asking({ resources }))).map(([, , , message]) => message)).toEqual(messages);
});

test("what this engine, or this platform, can't do", async () => {
  const replicated = { mode: { Replicated: { Replicas: 2 } }, ports: { 80: 80 } };
  expect((await found({ emulateReplicas: true }, asking(replicated))).map((one) => one.slice(1, 3))).toEqual([
    ["INVALID_REQUEST", "ports[0].published"],
  ]);
  const mounts = [{ Source: "vol", Target: "/v", VolumeOptions: { Subpath: "x" } }];
  expect((await found({ apiVersion: "1.44" }, asking({ mounts }))).map((one) => one.slice(1, 3))).toEqual([
    ["UNSUPPORTED", "mounts[0].VolumeOptions.Subpath"],
  ]);
});

test("an abort ends it, and an engine that does not answer", async () => {
  const { strategy } = looking({});
  await expect(strategy.preflight([asking({})], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "ABORTED",
    strategy: "docker",
  });
  const broken = looking({ registry: { "demo:2": fails("ENGINE_UNREACHABLE") } });
  await expect(broken.strategy.preflight([asking({ image: "demo:2" })])).rejects.toMatchObject({
    code: "ENGINE_UNREACHABLE",
  });
});
