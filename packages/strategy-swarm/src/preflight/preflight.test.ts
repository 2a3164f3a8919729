import type { DeployRequest, ErrorCode, PreflightRequest } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

type Answers = Parameters<typeof fakeEngine>[0];
const answers = (more: Answers = {}) => ({
  "services.list": () => [],
  "nodes.list": () => [node(1), node(2, { line: "A" }), node(3)],
  "networks.list": () => [
    { Name: "plant", Scope: "swarm" },
    { Name: "desk", Scope: "local" },
    { Name: "ingress", Scope: "swarm", Ingress: true },
    { Name: "both", Scope: "local" },
    { Name: "both", Scope: "swarm" },
  ],
  "tasks.list": () => [],
  "secrets.list": () => [{ Spec: { Name: "key" } }],
  "configs.list": () => [{ Spec: { Name: "settings" } }],
  "volumes.list": () => [],
  "containers.list": () => [],
  info: () => ({ Swarm: { NodeID: "n1" } }),
  "images.inspect": () => ({}),
  ...more,
});
const request = (part: Partial<DeployRequest> = {}): DeployRequest => ({ name: "demo", image: "demo:1", ...part });
const creating = (part: Partial<DeployRequest> = {}): PreflightRequest => ({ request: request(part), updates: false });
const updating = (part: Partial<DeployRequest> = {}): PreflightRequest => ({ request: request(part), updates: true });

async function check(requests: PreflightRequest[], more: Answers = {}) {
  const { engine, calls } = fakeEngine(answers(more));
  const problems = await new SwarmDeploymentStrategy(engine).preflight(requests);
  for (const { message, hint } of problems) {
    expect(message).toMatch(/^\S[^\n]*[^.]$/);
    expect(hint).toMatch(/^\S[^\n]*\.$/);
  }
  return { problems, calls };
}
const found = async (requests: PreflightRequest[], more: Answers = {}) =>
  (await check(requests, more)).problems.map(({ service: name, code, field }) => [name, code, field]);
const one = async (part: Partial<DeployRequest>, more: Answers = {}) =>
  (await check([creating(part)], more)).problems.map(({ message }) => message);

/** A service with this name and id, and these ports. */
const other = (name: string, ports: object[] = [], more: object = {}) => ({
  ...service({}, { ID: name, Endpoint: { Ports: ports } }),
  Spec: { ...service().Spec, Name: name, ...more },
});
const ingress = (PublishedPort: number, Protocol = "tcp") => ({
  Protocol,
  TargetPort: 80,
  PublishedPort,
  PublishMode: "ingress",
});
const host = (PublishedPort: number) => ({ ...ingress(PublishedPort), PublishMode: "host" });
const taskOn = (ServiceID: string, number: number, Resources: object = {}) =>
  task(number, "running", {}, { ServiceID, NodeID: `n${number}`, Spec: { Resources } });

test("preflight() lists only what the requests need, once for any number of requests", async () => {
  const small = await check([creating(), creating({ name: "second" })]);
  expect(small.problems).toEqual([]);
  expect(small.calls.sort()).toEqual(["images.inspect demo:1", "nodes.list", "services.list"]);
  const whole: Partial<DeployRequest> = {
    networks: ["plant", "both"],
    ports: [{ target: 80, published: 8080, mode: "host" }],
    resources: { Reservations: { NanoCPUs: 1e9 } },
    secrets: ["key"],
    configs: ["settings"],
    mounts: [{ Source: "data", Target: "/data", VolumeOptions: { DriverConfig: { Name: "local" } } }],
  };
  const { problems, calls } = await check([creating(whole), creating({ ...whole, name: "second", ports: [] })]);
  expect(problems).toEqual([]);
  const lists = ["configs", "networks", "nodes", "secrets", "services", "tasks", "volumes"].map(
    (kind) => `${kind}.list`,
  );
  expect(calls.sort()).toEqual([...lists, "images.inspect demo:1"].sort());
});

test("preflight() does not list the services again when given a listing", async () => {
  const there = () => [other("demo", [ingress(80)]), other("front", [host(9000)])];
  const { engine, calls } = fakeEngine(
    answers({
      "services.list": there,
      "tasks.list": () => [taskOn("front", 1), taskOn("front", 2), taskOn("front", 3)],
    }),
  );
  const strategy = new SwarmDeploymentStrategy(engine);
  const listed = await strategy.list({ instances: false });
  calls.length = 0;
  const ports: DeployRequest["ports"] = [
    { target: 80, published: 80 },
    { target: 90, published: 9000, mode: "host" },
  ];
  const problems = await strategy.preflight([creating(), creating({ name: "second", ports })], { listed });
  expect(problems.map(({ service: name, code, message }) => [name, code, message])).toEqual([
    ["demo", "ALREADY_EXISTS", "A service named demo already exists"],
    ["second", "CONFLICT", "Host port 80 is already published by service demo"],
    ["second", "CONFLICT", "Host port 9000 is in use on every eligible node"],
  ]);
  expect(calls.filter((call) => call.startsWith("services"))).toEqual([]);
});

test("preflight() finds a routing mesh port that a container on the manager's node publishes, but not that of a task", async () => {
  const container = (name: string, PublicPort: number, Labels = {}) => ({
    Id: name,
    Names: [`/${name}`],
    Labels,
    Ports: [{ IP: "0.0.0.0", PrivatePort: 80, PublicPort, Type: "tcp" }],
  });
  const more = {
    "containers.list": () => [
      container("old-web", 8080),
      container("front.1", 9000, { "com.docker.swarm.task.id": "t1" }),
    ],
  };
  const publishing = (published: number, part: object = {}): Partial<DeployRequest> => ({
    ports: [{ target: 80, published, ...part }],
  });
  expect(await one(publishing(8080), more)).toEqual([
    "Host port 8080/tcp is already in use by container old-web on the manager's node",
  ]);
  expect(await one(publishing(8080, { protocol: "udp" }), more)).toEqual([]);
  expect(await one(publishing(9000), more)).toEqual([]);
  expect(await one(publishing(8081), more)).toEqual([]);
});

test("preflight() of an update without requirements on nodes does not list the nodes", async () => {
  const none = { "services.list": () => [other("demo")], "nodes.list": () => [] };
  const { problems, calls } = await check([updating({ image: "demo:2" })], none);
  expect(problems).toEqual([]);
  expect(calls).not.toContain("nodes.list");
  const asking: Partial<DeployRequest>[] = [
    { constraints: ["node.role==worker"] },
    { resources: { Limits: { NanoCPUs: 1e9 } } },
    { resources: { Reservations: { MemoryBytes: 2 ** 23 } } },
  ];
  for (const part of asking) expect(await found([updating(part)], none)).toMatchObject([{ 0: "demo", 1: "CONFLICT" }]);
});

test("preflight() reports each request that can never be deployed", async () => {
  const wrong = [
    creating({ image: "Not An Image" }),
    creating({ name: "second", networks: ["none"] }),
    creating({ name: "third", ports: [{ target: 80, hostAddress: "127.0.0.1" }] }),
    creating({ name: "fourth", mode: { GlobalJob: {} }, restart: { Condition: "any" } }),
  ];
  expect(await found(wrong)).toEqual([
    ["demo", "INVALID_REQUEST", "image"],
    ["second", "UNSUPPORTED", "networks[0]"],
    ["third", "UNSUPPORTED", "ports[0].hostAddress"],
    ["fourth", "UNSUPPORTED", "restart.Condition"],
  ]);
});

test("preflight() finds an ambiguous network", async () => {
  const twice = {
    "networks.list": () => [1, 2].map((id) => ({ Id: `net-${id}`, Name: "plant", Scope: "swarm", Driver: "overlay" })),
  };
  const { engine } = fakeEngine(answers(twice));
  const problems = await new SwarmDeploymentStrategy(engine).preflight([creating({ networks: ["plant"] })]);
  expect(problems).toMatchObject([
    {
      code: "CONFLICT",
      field: "networks[0]",
      message: "There are 2 networks named plant: net-1 (overlay) and net-2 (overlay)",
      hint: "Keep one of them and remove the others by id: `docker network rm net-2`.",
    },
  ]);
});

test("preflight() finds names in use, and networks, secrets and configs that are missing", async () => {
  const more = { "services.list": () => [other("demo"), other("demo-x")] };
  const part = { networks: ["plant", "desk", "nowhere"], secrets: ["key", "ke"], configs: ["nothing", "settings"] };
  expect(await found([creating(part), updating()], more)).toEqual([
    ["demo", "ALREADY_EXISTS", "name"],
    ["demo", "CONFLICT", "networks[1]"],
    ["demo", "NETWORK_NOT_FOUND", "networks[2]"],
    ["demo", "NOT_FOUND", "secrets[1]"],
    ["demo", "NOT_FOUND", "configs[0]"],
  ]);
});

describe("preflight() of ports that are published on every node", () => {
  const services = {
    "services.list": () => [other("demo", [ingress(8080)]), other("front", [ingress(80), host(9000), ingress(30_000)])],
  };

  test.each([
    ["of another service", { ports: { 80: 80 } }, 1],
    ["that the swarm chose for another service", { ports: { 30000: 80 } }, 1],
    ["of another protocol", { ports: [{ target: 80, published: 80, protocol: "udp" }] }, 0],
    [
      "in host mode, which another service has on every node",
      { ports: [{ target: 80, published: 80, mode: "host" }] },
      1,
    ],
    ["that another service has in host mode", { ports: { 9000: 80 } }, 1],
    [
      "in host mode, which another service has in host mode",
      { ports: [{ target: 80, published: 9000, mode: "host" }] },
      0,
    ],
    ["that the service itself has", { ports: { 8080: 80 } }, 0],
    ["that the swarm chooses", { ports: [{ target: 80 }] }, 0],
  ] as const)("%s", async (_, part, count) => {
    const problems = await found([updating(part)], services);
    expect(problems).toEqual(Array.from({ length: count }, () => ["demo", "CONFLICT", "ports"]));
  });

  test("reports only the name for a request with the name of an existing service, and its port for others", async () => {
    const port = { ports: { 80: 80 } };
    expect(
      await found([creating({ ...port, name: "front" }), creating({ ...port, name: "second" })], services),
    ).toEqual([
      ["front", "ALREADY_EXISTS", "name"],
      ["second", "CONFLICT", "ports"],
    ]);
    const elsewhere = creating({ ports: { 81: 80 }, name: "front" });
    expect(await found([elsewhere, creating({ ...port, name: "second" })], services)).toEqual([
      ["front", "ALREADY_EXISTS", "name"],
      ["second", "CONFLICT", "ports"],
    ]);
  });

  test("reports a port of two requests for the second; a port that an update drops is free, one that it adds is not", async () => {
    const port = { ports: { 81: 80 } };
    expect(await found([creating(port), creating({ ...port, name: "second" })])).toEqual([
      ["second", "CONFLICT", "ports"],
    ]);
    const front = (ports: DeployRequest["ports"]) => updating({ name: "front", ports });
    expect(await found([front({ 82: 80 }), updating({ ports: { 80: 80 } })], services)).toEqual([]);
    expect(await found([updating({ ports: { 80: 80 } }), front({ 82: 80 })], services)).toEqual([]);
    expect(await found([front({ 81: 80 }), updating({ ports: { 81: 80 } })], services)).toEqual([
      ["demo", "CONFLICT", "ports"],
    ]);
  });
});

describe("preflight() of ports in host mode", () => {
  const wanted = (part: Partial<DeployRequest> = {}) => ({
    ports: [{ target: 80, published: 9000, mode: "host" as const }],
    ...part,
  });
  const taken = (...nodes: number[]) => ({
    "services.list": () => [other("front", [host(9000)]), other("demo", [host(9000)])],
    "tasks.list": () => nodes.map((number) => taskOn("front", number)),
  });

  test("needs a free node for each task", async () => {
    expect(await found([updating(wanted())], taken(1, 2))).toEqual([]);
    expect((await check([updating(wanted())], taken(1, 2, 3))).problems[0]?.message).toContain(
      "in use on every eligible node",
    );
    const two = { mode: { Replicated: { Replicas: 2 } } };
    expect((await check([updating(wanted(two))], taken(1, 2))).problems[0]?.message).toContain(
      "free on 1 of 3 eligible nodes, and 2 tasks need it",
    );
    expect(await found([updating(wanted({ constraints: ["node.labels.line==A"] }))], taken(2))).toEqual([
      ["demo", "CONFLICT", "ports"],
    ]);
  });

  test("counts ports of the service itself and of tasks that shut down as free", async () => {
    const own = { ...taken(1, 2), "tasks.list": () => [taskOn("demo", 1), taskOn("demo", 2), taskOn("demo", 3)] };
    expect(await found([updating(wanted())], own)).toEqual([]);
    const ending = {
      ...taken(),
      "tasks.list": () => [1, 2, 3].map((number) => ({ ...taskOn("front", number), DesiredState: "shutdown" })),
    };
    expect(await found([updating(wanted())], ending)).toEqual([]);
  });

  test("adds up requests for the same nodes", async () => {
    const here = { constraints: ["node.role==manager"] };
    const there = { constraints: ["node.role==worker"] };
    const two = (first: object, second: object) => [
      creating(wanted(first)),
      creating(wanted({ name: "second", ...second })),
    ];
    expect(await found(two(here, here))).toEqual([["second", "CONFLICT", "ports"]]);
    expect(await found(two(here, there))).toEqual([]);
    expect(await found(two(there, there))).toEqual([]);
    expect(await found(two({ ...there, mode: { Replicated: { Replicas: 2 } } }, there))).toEqual([
      ["second", "CONFLICT", "ports"],
    ]);
  });
});

describe("preflight() of placement", () => {
  test.each([
    [["node.role==worker"], 0],
    [["node.role == worker", "node.labels.line==a"], 0],
    [["node.role==manager", "node.labels.line==A"], 1],
    [["node.labels.line!=A"], 0],
    [["node.labels.nothing!=x"], 0],
    [["node.labels.constructor==x"], 1],
    [["node.labels.constructor!=x", "engine.labels.toString!=x"], 0],
    [["node.hostname==node-3"], 0],
    [["node.id==n4"], 1],
    [["node.platform.os==linux", "node.platform.arch==x86_64", "NODE.ROLE!=none"], 0],
    [["node.platform.arch==amd64"], 1],
    [["node.ip==10.0.0.0/24"], 0],
    [["node.ip==10.0.0.2"], 0],
    [["node.ip==10.0.1.0/24"], 1],
    [["node.ip!=10.0.0.0/99"], 0],
    [["engine.labels.disk==ssd"], 1],
    [["node.color==red"], 1],
  ])("finds whether a node matches %j", async (constraints, count) => {
    expect(await found([creating({ constraints })])).toEqual(
      Array.from({ length: count }, () => ["demo", "CONFLICT", "constraints"]),
    );
  });

  test("does not count nodes that are down or drained", async () => {
    const down = { ...node(3), Status: { State: "down" } };
    const drained = { ...node(2), Spec: { ...node(2).Spec, Availability: "drain" } };
    const left = { "nodes.list": () => [node(1), drained, down] };
    expect(await found([creating({ constraints: ["node.role==worker"] }), creating({ name: "second" })], left)).toEqual(
      [["demo", "CONFLICT", "constraints"]],
    );
    expect(await one({}, { "nodes.list": () => [drained, down] })).toEqual([
      "No node of the swarm is active and ready",
    ]);
  });

  const gibibyte = 1024 ** 3;
  const reserving = (amounts: object, part: Partial<DeployRequest> = {}) => ({
    resources: { Reservations: amounts },
    ...part,
  });

  test.each([
    ["CPUs that no node has", reserving({ NanoCPUs: 3e9 }), "No eligible node has room for 3 CPUs"],
    [
      "memory and CPUs that no node has together",
      reserving({ NanoCPUs: 1e9, MemoryBytes: 2 * gibibyte }),
      "No eligible node has room for 1 CPU and 2048 MiB of memory",
    ],
    [
      "more replicas than there is room for",
      reserving({ NanoCPUs: 1.5e9 }, { mode: { Replicated: { Replicas: 4 } } }),
      "Room for 3 of 4 tasks (each reserves 1.5 CPUs)",
    ],
    [
      "a limit of CPUs that no node has",
      { resources: { Limits: { NanoCPUs: 2.5e9 } } },
      "The limit of 2.5 CPUs exceeds the 2 CPUs of the largest eligible node: every node would reject the task",
    ],
  ] as const)("finds %s", async (_, part, message) => {
    expect(await one(part)).toEqual([message]);
  });

  test.each([
    [
      "as much as a node has",
      reserving({ NanoCPUs: 2e9, MemoryBytes: gibibyte }, { mode: { Replicated: { Replicas: 3 } } }),
    ],
    [
      "a limit of memory that no node has, which engines take",
      { resources: { Limits: { MemoryBytes: 64 * gibibyte } } },
    ],
    ["no replicas", reserving({ NanoCPUs: 9e9 }, { mode: { Replicated: { Replicas: 0 } } })],
  ])("accepts %s", async (_, part) => {
    expect(await one(part)).toEqual([]);
  });

  test("subtracts the reservations of other services", async () => {
    const reserved = { Reservations: { NanoCPUs: 1.5e9 } };
    const busy = (...tasks: object[]) => ({ "services.list": () => [other("demo")], "tasks.list": () => tasks });
    const asked = reserving({ NanoCPUs: 1e9 });
    expect(await one(asked, busy(taskOn("x", 1, reserved), taskOn("x", 2, reserved)))).not.toContain(
      "No eligible node has room for 1 CPU",
    );
    expect(await found([updating(asked)], busy(taskOn("x", 1, reserved), taskOn("x", 2, reserved)))).toEqual([]);
    const full = busy(taskOn("x", 1, reserved), taskOn("x", 2, reserved), taskOn("x", 3, reserved));
    expect(await found([updating(asked)], full)).toEqual([["demo", "CONFLICT", "resources.Reservations"]]);
    const own = busy(taskOn("x", 1, reserved), taskOn("x", 2, reserved), taskOn("demo", 3, reserved));
    expect(await found([updating(asked)], own)).toEqual([]);
  });
});

describe("preflight() of volumes", () => {
  const nfs = { type: "nfs", o: "addr=nas,soft,nfsvers=4,password=s3cret", device: ":/export" };
  const mounting = (DriverConfig: object | undefined, part: Partial<DeployRequest> = {}) => ({
    mounts: [{ Source: "data", Target: "/data", ...(DriverConfig && { VolumeOptions: { DriverConfig } }) }],
    ...part,
  });
  const there = (Options: object | null, Driver = "local") => ({
    "volumes.list": () => [
      { Name: "data", Driver, Options },
      { Name: "data-2", Driver, Options: {} },
    ],
  });

  test("finds a volume that another service mounts with other options, on any node", async () => {
    const mounts = (Options: object) => [
      { Type: "volume", Source: "data", Target: "/d", VolumeOptions: { DriverConfig: { Options } } },
    ];
    const TaskTemplate = (Options: object) => ({ ContainerSpec: { Image: "demo:1", Mounts: mounts(Options) } });
    const running = (name: string, Options: object) => ({
      "services.list": () => [other(name, [], { TaskTemplate: TaskTemplate(Options) })],
    });
    const onWorkers = mounting({ Options: nfs }, { constraints: ["node.role==worker"] });
    expect(await one(onWorkers, running("press", { ...nfs, device: ":/other" }))).toEqual([
      "Service press mounts volume data with driver local (device=:/other, o=addr=nas,soft,nfsvers=4,password=***, type=nfs) " +
        "instead of driver local (device=:/export, o=addr=nas,soft,nfsvers=4,password=***, type=nfs), and Docker would mount the same volume",
    ]);
    expect(await one(onWorkers, running("press", { ...nfs, o: "nfsvers=4,soft,addr=nas,password=s3cret" }))).toEqual(
      [],
    );
    expect(await found([updating(onWorkers)], running("demo", { ...nfs, device: ":/other" }))).toEqual([]);
  });

  test("finds a volume that exists with other options, and shows both without credentials", async () => {
    const messages = await one(mounting({ Options: { ...nfs, o: "addr=other" } }), there(nfs));
    expect(messages).toEqual([
      "Volume data exists on node-1 with driver local (device=:/export, o=addr=nas,soft,nfsvers=4,password=***, type=nfs) " +
        "instead of driver local (device=:/export, o=addr=other, type=nfs), and Docker would mount it unchanged",
    ]);
    expect(
      await one(mounting({ Name: "local", Options: { type: "cifs", o: "password=s3cret" } }), there(null, "rexray")),
    ).toEqual([
      "Volume data exists on node-1 with driver rexray without options instead of driver local (o=***, type=***), " +
        "and Docker would mount it unchanged",
    ]);
  });

  test.each([
    ["the same options", mounting({ Name: "local", Options: nfs }), there(nfs)],
    [
      "the same options in another order",
      mounting({ Options: { ...nfs, o: "nfsvers=4,password=s3cret,addr=nas,soft" } }),
      there(nfs),
    ],
    ["the local driver, given or by default", mounting({ Options: nfs }), there(nfs)],
    ["a mount without a driver", mounting(undefined), there(nfs)],
    [
      "no volume with exactly this name",
      mounting({ Options: nfs }),
      { "volumes.list": () => [{ Name: "data-2", Driver: "local", Options: {} }] },
    ],
    [
      "a service that does not run on the manager",
      mounting({ Options: nfs }, { constraints: ["node.role==worker"] }),
      there(null),
    ],
  ])("accepts %s", async (_, part, more) => {
    expect(await one(part, more)).toEqual([]);
  });
});

describe("preflight() of images", () => {
  const absent = { "images.inspect": fails("IMAGE_NOT_FOUND") };
  const answering = (code: ErrorCode) => ({ ...absent, "images.digest": fails(code) });

  test.each(["IMAGE_NOT_FOUND", "UNAUTHORIZED"] as const)("reports %s of the registry", async (code) => {
    expect(await found([creating(), creating({ name: "second" })], answering(code))).toEqual([
      ["demo", code, "image"],
      ["second", code, "image"],
    ]);
  });

  test.each(["ENGINE_ERROR", "TIMEOUT", "ENGINE_UNREACHABLE"] as const)(
    "accepts an image whose registry fails with %s",
    async (code) => {
      expect(
        await found([creating(), creating({ name: "second", imagePullPolicy: "always" })], answering(code)),
      ).toEqual([]);
    },
  );

  test("asks no registry for an image on the manager, unless it is always pulled", async () => {
    const { calls } = await check([creating(), creating({ name: "second" })]);
    expect(calls.filter((call) => call.startsWith("images"))).toEqual(["images.inspect demo:1"]);
    const both = await check([creating(), creating({ name: "second", imagePullPolicy: "always" })], {
      "images.digest": fails("IMAGE_NOT_FOUND"),
    });
    expect(both.problems).toMatchObject([{ service: "second", code: "IMAGE_NOT_FOUND" }]);
    expect(both.calls.filter((call) => call.startsWith("images"))).toEqual([
      "images.inspect demo:1",
      "images.digest demo:1",
    ]);
  });

  test("does not look up images that already run", async () => {
    const running = { "services.list": () => [other("demo")], ...answering("IMAGE_NOT_FOUND") };
    const { problems, calls } = await check([updating()], running);
    expect(problems).toEqual([]);
    expect(calls.filter((call) => call.startsWith("images"))).toEqual([]);
    expect(await found([updating({ image: "demo:2" })], running)).toEqual([["demo", "IMAGE_NOT_FOUND", "image"]]);
  });

  test("looks up four images at a time", async () => {
    let [now, most] = [0, 0];
    const requests = Array.from({ length: 20 }, (_, number) =>
      creating({ name: `demo-${number}`, image: `demo:${number}` }),
    );
    const digest = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now -= 1;
      return "sha256:1";
    };
    const { calls } = await check(requests, { ...absent, "images.digest": digest });
    expect(calls.filter((call) => call.startsWith("images.digest"))).toHaveLength(20);
    expect(most).toBe(4);
  });

  test("rejects with ABORTED while it asks a registry", async () => {
    const { engine } = fakeEngine(answers(answering("ABORTED")));
    await expect(new SwarmDeploymentStrategy(engine).preflight([creating()])).rejects.toMatchObject({
      code: "ABORTED",
      strategy: "swarm",
    });
  });
});

test("preflight() rejects when the engine is not a manager", async () => {
  const { engine } = fakeEngine(answers({ "nodes.list": fails("NOT_A_SWARM_MANAGER") }));
  await expect(new SwarmDeploymentStrategy(engine).preflight([creating()])).rejects.toMatchObject({
    code: "NOT_A_SWARM_MANAGER",
  });
});
