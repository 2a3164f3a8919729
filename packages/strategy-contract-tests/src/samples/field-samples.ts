import type { DeployRequest, PortInput } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";

type Part = Partial<DeployRequest>;

/** A part of a request that is checked on the engine field by field. */
export interface FieldSample {
  title: string;
  /** Creates the networks, secrets, ... that the part refers to, if the strategy supports them. */
  part: Part | ((suite: Suite) => Promise<Part>);
  /** Older engines do not have it: a strategy may reject it at the deploy. */
  recent?: boolean;
  /** It requests a default, or something that every request of the suite has: the settings are the same with it. */
  usual?: boolean;
}

export const partOf = async ({ part }: FieldSample, suite: Suite): Promise<Part> =>
  typeof part === "function" ? part(suite) : part;

/** The process and its user. */
const processSamples: FieldSample[] = [
  { title: "env", part: { env: ["FIRST=1", "SECOND=a=b=c", "EMPTY="] } },
  // A platform may have no variables of replicas.
  { title: "replicaEnv", usual: true, part: { replicaEnv: true } },
  { title: "labels", part: { labels: { "org.example.a": "1", b: "" } } },
  { title: "command, as words", usual: true, part: async ({ programs }) => ({ command: programs.run() }) },
  {
    title: "command, as a shell line",
    part: { command: `sh -c 'sleep 1000 & wait' "two words" \\$x` },
  },
  {
    title: "command with args",
    part: async ({ programs }) => ({ command: programs.run(), args: ["one", "two words", ""] }),
  },
  {
    title: "args without command, which keep the image's entrypoint",
    part: async ({ target }) => ({ image: target.images.withEntrypoint, args: ["one", "two"] }),
  },
  { title: "user", part: { user: "1234:2345" } },
  { title: "hostname", part: { hostname: "contract-host" } },
  { title: "templates, literal", usual: true, part: { templates: "literal" } },
  { title: "init", part: { init: true } },
  { title: "readOnly", part: { readOnly: true } },
  { title: "capAdd", part: { capAdd: ["CAP_NET_ADMIN", "sys_ptrace"] } },
  { title: "capDrop", part: { capDrop: ["NET_RAW", "CAP_CHOWN"] } },
  { title: "capDrop of all", part: { capDrop: ["ALL"] } },
  { title: "privileged", part: { privileged: true } },
  { title: "devices", part: { devices: ["/dev/zero:/dev/contract-zero", "/dev/null:/dev/contract-null:r"] } },
  { title: "groupAdd", part: { groupAdd: ["3456", "2345"] } },
  { title: "workingDir", part: { workingDir: "/etc/" } },
  { title: "tty", part: { tty: true } },
  { title: "openStdin", part: { openStdin: true } },
  { title: "stopSignal", part: { stopSignal: "int" } },
  {
    title: "extraHosts",
    part: { extraHosts: ["db.contract=192.0.2.10", "db.contract:2001:db8::10"] },
  },
  { title: "extraHosts: host-gateway", recent: true, part: { extraHosts: ["host.contract:host-gateway"] } },
  {
    title: "dns",
    part: { dns: { servers: ["192.0.2.53", "192.0.2.54"], search: ["plant.contract"], options: ["ndots:2"] } },
  },
  {
    title: "sysctls",
    part: { sysctls: { "net.ipv4.ip_unprivileged_port_start": 1000, "kernel.shm_rmid_forced": "1" } },
  },
  { title: "shmSize", part: { shmSize: 32 * 1024 ** 2 } },
  { title: "logging", part: { logging: { driver: "json-file", options: { "max-size": "1m" } } } },
  { title: "logging: options of the default driver", part: { logging: { options: { "max-size": "2m" } } } },
];

const listed = (port: Partial<PortInput>) => async (suite: Suite) => ({
  ports: [{ target: 80, published: await suite.freePort(), ...port }],
});

const networks = (count: number) => async (suite: Suite) => ({
  networks: suite.supportsField("networks")
    ? await suite.networks(count)
    : Array.from({ length: count }, (_, index) => `network-${index}`),
});

/** Ports and networks. */
const networkSamples: FieldSample[] = [
  { title: "ports, as a map", part: async (suite) => ({ ports: { [await suite.freePort()]: 80 } }) },
  {
    title: "ports, two",
    part: async (suite) => ({ ports: { [await suite.freePort()]: 80, [await suite.freePort()]: 81 } }),
  },
  { title: "ports of UDP", part: listed({ protocol: "udp" }) },
  { title: "ports at a host address", part: listed({ hostAddress: "127.0.0.1" }) },
  { title: "ports in host mode", part: listed({ mode: "host" }) },
  { title: "networks, one", part: networks(1) },
  { title: "networks, three", part: networks(3) },
  {
    title: "networkAliases",
    part: async (suite) => ({ ...(await networks(2)(suite)), networkAliases: ["line-1", "press.line"] }),
  },
];

const mebibytes = (count: number): number => count * 1024 ** 2;

/** Placement, replicas and resources. */
const placementSamples: FieldSample[] = [
  {
    title: "constraints",
    part: async ({ target }) => ({ constraints: [target.constraint ?? "node.role == manager"] }),
  },
  { title: "resources: limit of CPU", part: { resources: { Limits: { NanoCPUs: 500_000_000 } } } },
  { title: "resources: limit of memory", part: { resources: { Limits: { MemoryBytes: mebibytes(64) } } } },
  { title: "resources: limit of processes", part: { resources: { Limits: { Pids: 50 } } } },
  { title: "resources: reservation of CPU", part: { resources: { Reservations: { NanoCPUs: 10_000_000 } } } },
  { title: "resources: reservation of memory", part: { resources: { Reservations: { MemoryBytes: mebibytes(16) } } } },
  {
    title: "resources: limits and reservation together",
    part: {
      resources: {
        Limits: { NanoCPUs: 250_000_000, MemoryBytes: mebibytes(96) },
        Reservations: { MemoryBytes: mebibytes(32) },
      },
    },
  },
  { title: "openFiles", part: { openFiles: 1234 } },
  { title: "mode: one replica", usual: true, part: { mode: { Replicated: { Replicas: 1 } } } },
  { title: "mode: three replicas", part: { mode: { Replicated: { Replicas: 3 } } } },
  { title: "mode: global", part: { mode: { Global: {} } } },
  {
    title: "mode: replicated job",
    part: { mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 2 } }, restart: { Condition: "none" } },
  },
  { title: "mode: global job", part: { mode: { GlobalJob: {} }, restart: { Condition: "none" } } },
];

/** A directory that every host has. */
const HOST_FOLDER = "/etc";

const volume = async (suite: Suite): Promise<string> => {
  if (!suite.supportsField("mounts")) return "volume";
  if (suite.target.volume === undefined)
    throw new Error("the strategy supports mounts, so its target must have `volume`");
  return suite.target.volume();
};

const reference = (field: "secrets" | "configs") => async (suite: Suite) => {
  if (!suite.supportsField(field)) return "reference";
  const make = field === "secrets" ? suite.target.secret : suite.target.config;
  if (make === undefined)
    throw new Error(`the strategy supports ${field}, so its target must have a function that creates one`);
  return make.call(suite.target, "content");
};

/** Mounts, secrets, configs. */
const fileSamples: FieldSample[] = [
  { title: "mounts: bind", part: { mounts: [{ Type: "bind", Source: HOST_FOLDER, Target: "/host" }] } },
  {
    title: "mounts: read-only bind",
    part: { mounts: [{ Type: "bind", Source: HOST_FOLDER, Target: "/host", ReadOnly: true }] },
  },
  {
    title: "mounts: volume",
    part: async (suite) => ({ mounts: [{ Type: "volume", Source: await volume(suite), Target: "/data" }] }),
  },
  {
    title: "mounts: read-only volume, with its Type in capitals",
    part: async (suite) => ({
      mounts: [{ Type: "VOLUME", Source: await volume(suite), Target: "/data", ReadOnly: true }],
    }),
  },
  {
    title: "mounts: volume with driver and labels",
    part: async (suite) => ({
      mounts: [
        {
          Type: "volume",
          Source: await volume(suite),
          Target: "/data",
          VolumeOptions: {
            Labels: { "org.example.a": "1" },
            DriverConfig: { Name: "local", Options: { type: "tmpfs", device: "tmpfs", o: "nr_inodes=64" } },
          },
        },
      ],
    }),
  },
  { title: "mounts: tmpfs", part: { mounts: [{ Type: "tmpfs", Target: "/scratch" }] } },
  {
    title: "mounts: tmpfs with size and mode",
    part: { mounts: [{ Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 1024 ** 2, Mode: 0o1770 } }] },
  },
  {
    title: "mounts: one of each",
    part: async (suite) => ({
      mounts: [
        { Type: "bind", Source: HOST_FOLDER, Target: "/host", ReadOnly: true },
        { Type: "volume", Source: await volume(suite), Target: "/data" },
        { Type: "tmpfs", Target: "/scratch" },
      ],
    }),
  },
  { title: "secrets, by name", part: async (suite) => ({ secrets: [await reference("secrets")(suite)] }) },
  {
    title: "secrets, with target, owner and mode",
    part: async (suite) => ({
      secrets: [{ name: await reference("secrets")(suite), target: "key", uid: "1000", gid: "1001", mode: 0o440 }],
    }),
  },
  { title: "configs, by name", part: async (suite) => ({ configs: [await reference("configs")(suite)] }) },
  {
    title: "configs, with target, owner and mode",
    part: async (suite) => ({
      configs: [
        { name: await reference("configs")(suite), target: "/config.txt", uid: "1000", gid: "1001", mode: 0o444 },
      ],
    }),
  },
];

const seconds = (count: number): number => count * 1_000_000_000;

const rollout = {
  Parallelism: 2,
  Delay: seconds(1),
  Monitor: seconds(2),
  MaxFailureRatio: 0.5,
  Order: "start-first",
} as const;

/** Health check, restart, stop and update. */
const lifecycleSamples: FieldSample[] = [
  { title: "healthcheck, as words", part: async ({ programs }) => ({ healthcheck: { Test: programs.health.good() } }) },
  { title: "healthcheck, as a shell line", part: { healthcheck: { Test: "exit 0" } } },
  {
    title: "healthcheck with times",
    part: async ({ programs }) => ({
      healthcheck: {
        Test: programs.health.good(),
        Interval: seconds(2),
        Timeout: seconds(3),
        Retries: 4,
        StartPeriod: seconds(5),
      },
    }),
  },
  {
    title: "healthcheck with a start interval",
    recent: true,
    part: async ({ programs }) => ({
      healthcheck: { Test: programs.health.good(), StartPeriod: seconds(5), StartInterval: seconds(1) },
    }),
  },
  // It has no effect if the image has no health check.
  { title: "healthcheck: none", usual: true, part: { healthcheck: { Test: ["NONE"] } } },
  { title: "restart: any", usual: true, part: { restart: { Condition: "any" } } },
  { title: "restart: none", part: { restart: { Condition: "none" } } },
  { title: "restart: on failure", part: { restart: { Condition: "on-failure" } } },
  { title: "restart: on failure, at most three times", part: { restart: { Condition: "on-failure", MaxAttempts: 3 } } },
  {
    title: "restart: with delay and window",
    part: { restart: { Condition: "on-failure", Delay: seconds(1), Window: seconds(60) } },
  },
  { title: "stopGracePeriod", part: { stopGracePeriod: seconds(3) } },
  { title: "updateConfig", part: { updateConfig: { ...rollout, FailureAction: "rollback" } } },
  { title: "rollbackConfig", part: { rollbackConfig: { ...rollout, FailureAction: "pause" } } },
];

export const fieldSamples: FieldSample[] = [
  ...processSamples,
  ...networkSamples,
  ...placementSamples,
  ...fileSamples,
  ...lifecycleSamples,
];

/** Samples that can't be combined with others. */
const APART = new Set([
  "args without command, which keep the image's entrypoint",
  "command, as a shell line",
  // It can't be combined with capDrop.
  "privileged",
]);

/** Whether a sample can be in one request with samples of other fields. Several replicas can't share a host port on one host. */
export const isCombinable = ({ title, recent }: FieldSample, { mode }: Part): boolean =>
  !APART.has(title) && !recent && mode === undefined;

/** One request with every field that the strategy supports, with the last supported sample of each field. */
export async function everything(suite: Suite): Promise<Partial<DeployRequest>> {
  let whole: Partial<DeployRequest> = {};
  for (const sample of fieldSamples) {
    const part = await partOf(sample, suite);
    if (isCombinable(sample, part) && suite.isSupported(part)) whole = { ...whole, ...part };
  }
  return whole;
}
