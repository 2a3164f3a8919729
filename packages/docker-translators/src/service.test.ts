import {
  type DeployRequest,
  parseRequest,
  REQUEST_FIELDS,
  type RequestField,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import type { ServiceSpec } from "./engine-api/service-types.js";
import { deepFreeze, everyField, objectsWithin } from "./every-field.test.data.js";
import { fromServiceSpec, toServiceSettings, toServiceSpec } from "./service.js";
import { OPERATION_LABEL, withoutStrategyLabels } from "./strategy-labels.js";

describe("toServiceSpec()", () => {
  const request = deepFreeze(parseRequest(everyField()));
  const options = deepFreeze({
    apiVersion: "1.45",
    image: "registry.example:5000/plant/mill:1.2@sha256:abc",
    secrets: { key: "s1", token: "s2" },
    configs: { settings: "c1" },
  });

  it("translates every field", () => {
    expect(toServiceSpec(request, options)).toStrictEqual({
      Name: "mill",
      Labels: {
        "org.example.kind": "mill",
        "org.openfactory.deploy.replica-env":
          "SWARM_TASK_SLOT SWARM_TASK_ID SWARM_SERVICE_NAME SWARM_NODE_HOSTNAME SWARM_REPLICAS",
      },
      TaskTemplate: {
        ContainerSpec: {
          Image: "registry.example:5000/plant/mill:1.2@sha256:abc",
          User: "1000:1001",
          Hostname: "mill-host",
          Env: [
            "APP_UUID=MILL",
            "QUERY=a=b",
            'FORMAT={{"{{"}}.ID}} {{"{{"}}',
            "SWARM_TASK_SLOT={{.Task.Slot}}",
            "SWARM_TASK_ID={{.Task.ID}}",
            "SWARM_SERVICE_NAME={{.Service.Name}}",
            "SWARM_NODE_HOSTNAME={{.Node.Hostname}}",
            "SWARM_REPLICAS=3",
          ],
          Labels: { "org.example.kind": "mill" },
          Command: ["/bin/mill", "run"],
          Args: ["--fast", "a b"],
          Mounts: [
            {
              Type: "bind",
              Source: "/srv/mill",
              Target: "/srv",
              ReadOnly: true,
              BindOptions: { Propagation: "rprivate" },
            },
            {
              Type: "volume",
              Source: "nfs_data",
              Target: "/data",
              VolumeOptions: {
                NoCopy: true,
                Labels: { "org.example.volume": "1" },
                DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" } },
                Subpath: "mill",
              },
            },
            { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 1048576, Mode: 0o1777 } },
            { Type: "tmpfs", Target: "/dev/shm", TmpfsOptions: { SizeBytes: 134217728 } },
          ],
          Dir: "/srv/mill",
          TTY: true,
          OpenStdin: true,
          StopSignal: "SIGINT",
          Groups: ["dialout", "20"],
          Hosts: ["192.0.2.10 nas", "host-gateway host.docker.internal", "2001:db8::10 nas"],
          DNSConfig: { Nameservers: ["192.0.2.53"], Search: ["plant.example"], Options: ["ndots:2"] },
          Sysctls: { "net.core.somaxconn": "1024" },
          Healthcheck: {
            Test: ["CMD", "true"],
            Interval: 5e9,
            Timeout: 1e9,
            Retries: 3,
            StartPeriod: 10e9,
            StartInterval: 1e9,
          },
          StopGracePeriod: 20e9,
          Init: true,
          ReadOnly: true,
          CapabilityAdd: ["CAP_NET_ADMIN"],
          CapabilityDrop: ["ALL"],
          Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }],
          Secrets: [
            { SecretID: "s1", SecretName: "key", File: { Name: "/etc/key", UID: "1000", GID: "1001", Mode: 0o400 } },
            { SecretID: "s2", SecretName: "token", File: { Name: "token", UID: "0", GID: "0", Mode: 0o444 } },
          ],
          Configs: [
            { ConfigID: "c1", ConfigName: "settings", File: { Name: "/settings", UID: "0", GID: "0", Mode: 0o444 } },
          ],
        },
        Resources: {
          Limits: { NanoCPUs: 1_500_000_000, MemoryBytes: 268435456, Pids: 100 },
          Reservations: { NanoCPUs: 500_000_000, MemoryBytes: 67108864 },
        },
        RestartPolicy: { Condition: "on-failure", Delay: 2e9, MaxAttempts: 4, Window: 60e9 },
        Placement: { Constraints: ["node.role==worker", "node.labels.line!=1"] },
        Networks: [
          { Target: "plant", Aliases: ["mill-1", "line.mill"] },
          { Target: "office", Aliases: ["mill-1", "line.mill"] },
        ],
        LogDriver: { Name: "json-file", Options: { "max-size": "10m", "max-file": "3" } },
      },
      Mode: { Replicated: { Replicas: 3 } },
      UpdateConfig: {
        Parallelism: 2,
        Delay: 1e9,
        Monitor: 10e9,
        MaxFailureRatio: 0.5,
        Order: "start-first",
        FailureAction: "rollback",
      },
      RollbackConfig: { Parallelism: 0, FailureAction: "continue" },
      EndpointSpec: {
        Ports: [
          { Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "ingress" },
          { Protocol: "tcp", TargetPort: 80, PublishedPort: 8081, PublishMode: "host" },
          { Protocol: "udp", TargetPort: 53, PublishedPort: 5353, PublishMode: "host" },
          { Protocol: "tcp", TargetPort: 9000, PublishMode: "ingress" },
        ],
      },
    });
  });

  it("sends only the required keys for a minimal request, also to old engines", () => {
    expect(toServiceSpec(parseRequest({ image: "mill", name: "mill" }), { apiVersion: "1.25" })).toStrictEqual({
      Name: "mill",
      TaskTemplate: { ContainerSpec: { Image: "mill", Env: [] }, RestartPolicy: { Condition: "any" } },
      Mode: { Replicated: { Replicas: 1 } },
    });
  });

  it("shares no object with the request or the options, nor the labels between service and container", () => {
    const spec = toServiceSpec(request, options);
    const theirs = new Set([...objectsWithin(request), ...objectsWithin(options)]);
    expect(objectsWithin(spec).filter((object) => theirs.has(object))).toStrictEqual([]);
    expect(spec.Labels).not.toBe(spec.TaskTemplate.ContainerSpec.Labels);
  });

  it("keeps the pull policy never in a label of the service", () => {
    const base = parseRequest({ image: "mill", name: "mill", labels: { a: "b" }, imagePullPolicy: "never" });
    const { Labels, TaskTemplate } = toServiceSpec(base, { apiVersion: "1.41" });
    expect(Labels).toStrictEqual({ a: "b", "org.openfactory.deploy.pull-policy": "never" });
    expect(TaskTemplate.ContainerSpec.Labels).toStrictEqual({ a: "b" });
    expect(withoutStrategyLabels(Labels)).toStrictEqual({ a: "b" });
    expect(toServiceSpec({ ...base, imagePullPolicy: "always" }, { apiVersion: "1.41" }).Labels).toStrictEqual({
      a: "b",
    });
  });

  it("rejects a secret without an id", () => {
    expect(() => toServiceSpec(request, { ...options, secrets: { key: "s1" } })).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", service: "mill", field: "secrets[1]" }),
    );
  });

  it("rejects a field that the API version does not have", () => {
    expect(() => toServiceSpec(request, { ...options, apiVersion: "1.40" })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", service: "mill" }),
    );
  });
});

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
  networkAliases: ["line.mill", "mill-1"],
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
  groupAdd: ["20", "dialout"],
  workingDir: "/srv/mill",
  tty: true,
  openStdin: true,
  stopSignal: "SIGINT",
  extraHosts: ["host.docker.internal:host-gateway", "nas:192.0.2.10", "nas:2001:db8::10"],
  dns: { servers: ["192.0.2.53"], search: ["plant.example"], options: ["ndots:2"] },
  sysctls: { "net.core.somaxconn": "1024" },
  shmSize: 134217728,
  logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
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

describe("fromServiceSpec() with every field", () => {
  const request = parseRequest(everyField());
  const image = everySetting.image;
  const spec = deepFreeze(toServiceSpec(request, { ...API, image, ...ids }));

  it("reads the spec of the request", () => {
    expect(fromServiceSpec(spec)).toStrictEqual(everySetting);
    const without: readonly RequestField[] = ["imagePullPolicy", "privileged", "devices"];
    const asked = new Set(REQUEST_FIELDS.filter((field) => !without.includes(field)));
    expect(new Set(Object.keys(everySetting))).toEqual(asked);
  });

  it("reads the same settings as toServiceSettings() returns for the request", () => {
    expect(toServiceSettings(request, { ...API, image })).toStrictEqual(everySetting);
  });

  it("shares no object with the spec", () => {
    const theirs = new Set(objectsWithin(spec));
    expect(objectsWithin(fromServiceSpec(spec)).filter((object) => theirs.has(object))).toStrictEqual([]);
  });

  it("returns settings that are a request with the same settings", () => {
    expect(toServiceSettings(parseRequest(everySetting), API)).toStrictEqual(everySetting);
  });

  it("replaces ids of networks by their names", () => {
    const Networks = [{ Target: "n1" }, { Target: "n3" }, { Target: "n2", Aliases: ["m"] }];
    const listed = { ...spec, TaskTemplate: { ...spec.TaskTemplate, Networks } };
    expect(fromServiceSpec(listed, { networkNames }).networks).toStrictEqual(["n3", "office", "plant"]);
  });
});

it("fromServiceSpec() omits values that engines and the docker command add", () => {
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
        Dir: "",
        TTY: false,
        Groups: null,
        Hosts: null,
        Sysctls: null,
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

/** Equivalent parts of requests. */
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
    "capabilities in other spellings",
    { capAdd: ["CAP_SYS_TIME", "chown"] },
    { capAdd: ["CHOWN", "SYS_TIME", "chown"] },
  ],
  [
    "hosts, groups and signals in other spellings and orders",
    { extraHosts: ["b=192.0.2.1", "a:[::1]"], groupAdd: ["2", "1"], stopSignal: "15", workingDir: "/a/" },
    { extraHosts: ["a:::1", "b:192.0.2.1"], groupAdd: ["1", "2"], stopSignal: "SIGTERM", workingDir: "/a" },
  ],
  [
    "the default terminal, resolver and logging",
    { tty: false, openStdin: false, dns: { servers: [] }, logging: {} },
    {},
  ],
  [
    "a tmpfs at /dev/shm as its size",
    { mounts: [{ Type: "tmpfs", Target: "/dev/shm", TmpfsOptions: { SizeBytes: 2 ** 20 } }] },
    { shmSize: 2 ** 20 },
  ],
  ["no arguments", { command: "a b", args: [] }, { command: ["a", "b"] }],
  ["one replica", { mode: { Replicated: { Replicas: 1 } } }, {}],
  ["the default restart policy", { restart: { Condition: "any", Delay: 5e9, MaxAttempts: 0 } }, {}],
  [
    "the default restart policy of a job",
    { mode: { GlobalJob: {} }, restart: { Condition: "on-failure" } },
    { mode: { GlobalJob: {} } },
  ],
  [
    "the default size of a job",
    { mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } } },
    { mode: { ReplicatedJob: {} } },
  ],
  ["the default stopGracePeriod", { stopGracePeriod: 10e9 }, {}],
  ["a stopGracePeriod of part of a second", { stopGracePeriod: 1_500_000_000 }, { stopGracePeriod: 2e9 }],
  ["an empty updateConfig", { updateConfig: { Monitor: 0, Order: "stop-first" } }, {}],
  ["no labels, limits or mounts", { labels: {}, resources: { Limits: {} }, mounts: [] }, {}],
  [
    "the default file of a config",
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
    "mounts in another order, with defaults",
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

it.each(same)("toServiceSettings() returns equal settings for equivalent requests: %s", (_, one, other) => {
  expect(toServiceSettings(small(one), API)).toStrictEqual(toServiceSettings(small(other), API));
});

/** Parts of requests that are not the default. */
const different: [string, Partial<DeployRequest>][] = [
  ["no replicas", { mode: { Replicated: { Replicas: 0 } } }],
  ["a restart without delay", { restart: { Condition: "any", Delay: 0 } }],
  ["a job without restarts", { mode: { ReplicatedJob: {} }, restart: { Condition: "none" } }],
  ["a stopGracePeriod of 0", { stopGracePeriod: 0 }],
  ["all tasks at once", { updateConfig: { Parallelism: 0 } }],
  ["no init process", { init: false }],
  ["no health check", { healthcheck: { Test: ["NONE"] } }],
  ["a job of two tasks, one at a time", { mode: { ReplicatedJob: { TotalCompletions: 2 } } }],
  ["log options of the default driver", { logging: { options: { "max-size": "1m" } } }],
  [
    "a tmpfs with a mode at /dev/shm",
    { mounts: [{ Type: "tmpfs", Target: "/dev/shm", TmpfsOptions: { Mode: 0o700 } }] },
  ],
  ["an empty label", { labels: { a: "" } }],
  ["an empty volume option", { mounts: [{ Target: "/v", VolumeOptions: { DriverConfig: { Options: { o: "" } } } }] }],
  ["a host port that the swarm chooses", { ports: [{ target: 80 }] }],
];

it.each(different)("toServiceSettings() keeps a value that is not the default: %s", (_, part) => {
  const { name, env, image, ...rest } = toServiceSettings(small(part), API);
  expect(rest).not.toStrictEqual({});
  expect(toServiceSettings(parseRequest({ name, env, image, ...rest }), API)).toStrictEqual({
    name,
    env,
    image,
    ...rest,
  });
});

it("fromServiceSpec() returns the label of the container if it differs from that of the service", () => {
  const listed = (ofContainer: Record<string, string>) =>
    fromServiceSpec({
      ...toServiceSpec(small({ labels: { a: "1", b: "2" } }), API),
      TaskTemplate: { ContainerSpec: { Image: "mill", Labels: ofContainer } },
    });
  expect(listed({ a: "3", b: "2", c: "4" }).labels).toStrictEqual({ a: "3", b: "2", c: "4" });
});
