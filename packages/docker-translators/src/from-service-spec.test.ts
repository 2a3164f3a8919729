import { type DeployRequest, parseRequest, REQUEST_FIELDS, type ServiceSettings } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import type { ServiceSpec } from "./engine-api/service.js";
import { deepFreeze, everyField, objectsWithin } from "./every-field.test.data.js";
import { fromServiceSpec } from "./from-service-spec.js";
import { OPERATION_LABEL } from "./own-labels.js";
import { toServiceSettings } from "./to-service-settings.js";
import { toServiceSpec } from "./to-service-spec.js";

const API = { apiVersion: "1.45" };
const ids = { secrets: { key: "s1", token: "s2" }, configs: { settings: "c1" } };
const networkNames = new Map([
  ["n1", "plant"],
  ["n2", "office"],
]);
const small = (part: Partial<DeployRequest> = {}) => parseRequest({ image: "mill", name: "mill", ...part });

const everySetting = {
  name: "mill",
  image: "registry.example:5000/plant/mill:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  user: "1000:1001",
  env: [
    "APP_UUID=MILL",
    "FORMAT={{.ID}} {{",
    "QUERY=a=b",
    "SWARM_NODE_HOSTNAME={{.Node.Hostname}}",
    "SWARM_REPLICAS=3",
    "SWARM_SERVICE_NAME={{.Service.Name}}",
    "SWARM_TASK_ID={{.Task.ID}}",
    "SWARM_TASK_SLOT={{.Task.Slot}}",
  ],
  replicaEnv: true,
  labels: { "org.example.kind": "mill" },
  command: ["/bin/mill", "run"],
  args: ["--fast", "a b"],
  ports: [
    { target: 53, published: 5353, protocol: "udp", mode: "host" },
    { target: 80, published: 8080, protocol: "tcp", mode: "ingress" },
    { target: 80, published: 8081, protocol: "tcp", mode: "host" },
    { target: 9000, protocol: "tcp", mode: "ingress" },
  ],
  networks: ["office", "plant"],
  constraints: ["node.labels.line!=1", "node.role==worker"],
  resources: {
    Limits: { NanoCPUs: 1_500_000_000, MemoryBytes: 268435456, Pids: 100 },
    Reservations: { NanoCPUs: 500_000_000, MemoryBytes: 67108864 },
  },
  openFiles: 4096,
  mode: { Replicated: { Replicas: 3 } },
  mounts: [
    {
      Type: "volume",
      Source: "nfs_data",
      Target: "/data",
      VolumeOptions: {
        NoCopy: true,
        Labels: { "org.example.volume": "1" },
        DriverConfig: { Options: { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" } },
        Subpath: "mill",
      },
    },
    { Type: "bind", Source: "/srv/mill", Target: "/srv", ReadOnly: true },
    { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 1048576, Mode: 0o1777 } },
  ],
  healthcheck: {
    Test: ["CMD", "true"],
    Interval: 5e9,
    Timeout: 1e9,
    Retries: 3,
    StartPeriod: 10e9,
    StartInterval: 1e9,
  },
  restart: { Condition: "on-failure", Delay: 2e9, MaxAttempts: 4, Window: 60e9 },
  stopGracePeriod: 20e9,
  hostname: "mill-host",
  init: true,
  readOnly: true,
  capAdd: ["NET_ADMIN"],
  capDrop: ["ALL"],
  secrets: [{ name: "key", target: "/etc/key", uid: "1000", gid: "1001", mode: 0o400 }, { name: "token" }],
  configs: [{ name: "settings" }],
  updateConfig: {
    Parallelism: 2,
    Delay: 1e9,
    FailureAction: "rollback",
    Monitor: 10e9,
    MaxFailureRatio: 0.5,
    Order: "start-first",
  },
  rollbackConfig: { Parallelism: 0, FailureAction: "continue" },
  templates: "literal",
} as ServiceSettings;

describe("every field", () => {
  const request = parseRequest(everyField());
  const image = everySetting.image;
  const spec = deepFreeze(toServiceSpec(request, { ...API, image, ...ids }));

  it("is read back from the spec that was made of it", () => {
    expect(fromServiceSpec(spec)).toStrictEqual(everySetting);
    const asked = new Set(REQUEST_FIELDS.filter((field) => field !== "imagePullPolicy"));
    expect(new Set(Object.keys(everySetting))).toEqual(asked);
  });

  it("is what the settings of the request say, before there is a service", () => {
    expect(toServiceSettings(request, { ...API, image })).toStrictEqual(everySetting);
  });

  it("shares no object with the spec", () => {
    const theirs = new Set(objectsWithin(spec));
    expect(objectsWithin(fromServiceSpec(spec)).filter((object) => theirs.has(object))).toStrictEqual([]);
  });

  it("is a request again, of the same settings", () => {
    expect(toServiceSettings(parseRequest(everySetting), API)).toStrictEqual(everySetting);
  });

  it("names networks that the engine has by id", () => {
    const Networks = [{ Target: "n1" }, { Target: "n3" }, { Target: "n2", Aliases: ["m"] }];
    const listed = { ...spec, TaskTemplate: { ...spec.TaskTemplate, Networks } };
    expect(fromServiceSpec(listed, { networkNames }).networks).toStrictEqual(["n3", "office", "plant"]);
  });
});

it("leaves out what a small request leaves out, and what engines and the docker command fill in", () => {
  const plain = { name: "mill", image: "mill", env: [] };
  expect(toServiceSettings(small(), API)).toStrictEqual(plain);
  const filled = {
    Name: "mill",
    Labels: { [OPERATION_LABEL]: "1234" },
    TaskTemplate: {
      ContainerSpec: {
        Image: "mill",
        Env: null,
        Labels: {},
        Command: null,
        Args: [],
        User: "",
        Hostname: "",
        ReadOnly: false,
        StopGracePeriod: 10e9,
        Init: null,
        DNSConfig: {},
        Isolation: "default",
        Privileges: { CredentialSpec: null, SELinuxContext: null },
        Healthcheck: { Interval: 0 },
        CapabilityAdd: null,
        Mounts: [],
        Secrets: null,
      },
      Resources: { Limits: {}, Reservations: {} },
      RestartPolicy: { Condition: "any", Delay: 5e9, MaxAttempts: 0, Window: 0 },
      Placement: { Platforms: [{ Architecture: "amd64", OS: "linux" }], MaxReplicas: 2 },
      Networks: [],
      ForceUpdate: 3,
      Runtime: "container",
    },
    Mode: { Replicated: { Replicas: 1 } },
    UpdateConfig: { Parallelism: 1, FailureAction: "pause", Monitor: 5e9, MaxFailureRatio: 0, Order: "stop-first" },
    RollbackConfig: { Parallelism: 1, FailureAction: "pause", MaxFailureRatio: 0, Order: "stop-first" },
    EndpointSpec: { Mode: "vip" },
  } as unknown as ServiceSpec;
  expect(fromServiceSpec(deepFreeze(filled))).toStrictEqual(plain);
  expect(fromServiceSpec({ Name: "mill", TaskTemplate: { ContainerSpec: { Image: "mill" } } })).toStrictEqual(plain);
});

/** Pieces of requests that ask for the same. */
const same: [string, Partial<DeployRequest>, Partial<DeployRequest>][] = [
  ["env in another order", { env: ["B=1", "A=2"] }, { env: ["A=2", "B=1"] }],
  [
    "ports as a map",
    { ports: { 8080: 80, 53: 53 } },
    {
      ports: [
        { target: 53, published: 53 },
        { target: 80, published: 8080 },
      ],
    },
  ],
  ["networks in another order", { networks: ["b", "a"] }, { networks: ["a", "b"] }],
  [
    "constraints with spaces",
    { constraints: ["node.id != 1 ", "node.role==x"] },
    { constraints: ["node.role == x", "node.id!=1", "node.id!=1"] },
  ],
  [
    "capabilities in another spelling",
    { capAdd: ["CAP_SYS_TIME", "chown"] },
    { capAdd: ["CHOWN", "SYS_TIME", "chown"] },
  ],
  ["no words", { command: "a b", args: [] }, { command: ["a", "b"] }],
  ["one replica", { mode: { Replicated: { Replicas: 1 } } }, {}],
  ["any end", { restart: { Condition: "any", Delay: 5e9, MaxAttempts: 0 } }, {}],
  [
    "a job that tries again",
    { mode: { GlobalJob: {} }, restart: { Condition: "on-failure" } },
    { mode: { GlobalJob: {} } },
  ],
  [
    "a job of one task",
    { mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } } },
    { mode: { ReplicatedJob: {} } },
  ],
  ["ten seconds to end", { stopGracePeriod: 10e9 }, {}],
  ["part of a second to end", { stopGracePeriod: 1_500_000_000 }, { stopGracePeriod: 2e9 }],
  ["an empty updateConfig", { updateConfig: { Monitor: 0, Order: "stop-first" } }, {}],
  ["no labels, limits or mounts", { labels: {}, resources: { Limits: {} }, mounts: [] }, {}],
  [
    "a file as it is by default",
    { configs: [{ name: "settings", target: "/settings", uid: "0", mode: 0o444 }] },
    { configs: ["settings"] },
  ],
  ["secrets in another order", { secrets: ["token", "key"] }, { secrets: ["key", { name: "token", target: "token" }] }],
  [
    "a health check without times",
    { healthcheck: { Test: "x", Interval: 0, Retries: 0 } },
    { healthcheck: { Test: ["CMD-SHELL", "x"] } },
  ],
  [
    "mounts in another order, and their defaults",
    {
      mounts: [
        {
          Type: "VOLUME",
          Source: "vol",
          Target: "/v",
          ReadOnly: false,
          VolumeOptions: { NoCopy: false, DriverConfig: { Name: "local" } },
        },
        { Type: "bind", Source: "/b", Target: "/b", Consistency: "cached", BindOptions: { Propagation: "rprivate" } },
        { Type: "tmpfs", Target: "/t", TmpfsOptions: { Mode: 0 } },
      ],
    },
    {
      mounts: [
        { Type: "tmpfs", Target: "/t" },
        { Type: "bind", Source: "/b", Target: "/b" },
        { Source: "vol", Target: "/v" },
      ],
    },
  ],
];

it.each(same)("%s: no difference", (_, one, other) => {
  expect(toServiceSettings(small(one), API)).toStrictEqual(toServiceSettings(small(other), API));
});

/** Pieces of requests that ask for something else than without them. */
const different: [string, Partial<DeployRequest>][] = [
  ["no replicas", { mode: { Replicated: { Replicas: 0 } } }],
  ["a restart at once", { restart: { Condition: "any", Delay: 0 } }],
  ["a job that is not tried again", { mode: { ReplicatedJob: {} }, restart: { Condition: "none" } }],
  ["no time to end", { stopGracePeriod: 0 }],
  ["all tasks at once", { updateConfig: { Parallelism: 0 } }],
  ["no init process", { init: false }],
  ["no health check", { healthcheck: { Test: ["NONE"] } }],
  ["a job of two tasks, one at a time", { mode: { ReplicatedJob: { TotalCompletions: 2 } } }],
  ["an empty label", { labels: { a: "" } }],
  [
    "a volume option that is empty",
    { mounts: [{ Target: "/v", VolumeOptions: { DriverConfig: { Options: { o: "" } } } }] },
  ],
  ["a port that the swarm chooses", { ports: [{ target: 80 }] }],
];

it.each(different)("%s: a difference", (_, part) => {
  const { name, env, image, ...rest } = toServiceSettings(small(part), API);
  expect(rest).not.toStrictEqual({});
  expect(toServiceSettings(parseRequest({ name, env, image, ...rest }), API)).toStrictEqual({
    name,
    env,
    image,
    ...rest,
  });
});

it("tells a container's label where it is not the service's", () => {
  const listed = (ofContainer: Record<string, string>) =>
    fromServiceSpec({
      ...toServiceSpec(small({ labels: { a: "1", b: "2" } }), API),
      TaskTemplate: { ContainerSpec: { Image: "mill", Labels: ofContainer } },
    });
  expect(listed({ a: "3", b: "2", c: "4" }).labels).toStrictEqual({ a: "3", b: "2", c: "4" });
});
