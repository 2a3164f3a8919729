import type { DeployRequest } from "@openfactory/deploy-core";

/** A request with every field set, frozen all the way down: a translator that writes to its input throws. */
export const everyField = (): DeployRequest => deepFreeze(structuredClone(request));

/** Freezes plain data, all the way down. */
export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object") Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

/** Every object and array within plain data. */
export const objectsWithin = (value: unknown): object[] =>
  value !== null && typeof value === "object" ? [value, ...Object.values(value).flatMap(objectsWithin)] : [];

const request: DeployRequest = {
  image: "registry.example:5000/plant/mill:1.2",
  imagePullPolicy: "always",
  user: "1000:1001",
  name: "mill",
  env: ["APP_UUID=MILL", "QUERY=a=b", "FORMAT={{.ID}} {{"],
  replicaEnv: true,
  labels: { "org.example.kind": "mill" },
  command: ["/bin/mill", "run"],
  args: ["--fast", "a b"],
  ports: [
    { target: 80, published: 8080 },
    { target: 80, published: 8081, mode: "host" },
    { target: 53, published: 5353, protocol: "udp", mode: "host" },
    { target: 9000 },
  ],
  networks: ["plant", "office"],
  networkAliases: ["mill-1", "line.mill"],
  constraints: [" node.role == worker ", "node.labels.line!= 1"],
  resources: {
    Limits: { NanoCPUs: 1_500_000_000, MemoryBytes: 256 * 2 ** 20, Pids: 100 },
    Reservations: { NanoCPUs: 500_000_000, MemoryBytes: 64 * 2 ** 20 },
  },
  openFiles: 4096,
  mode: { Replicated: { Replicas: 3 } },
  mounts: [
    { Type: "bind", Source: "/srv/mill", Target: "/srv", ReadOnly: true, BindOptions: { Propagation: "rprivate" } },
    {
      Type: "Volume",
      Source: "nfs_data",
      Target: "/data",
      VolumeOptions: {
        NoCopy: true,
        Labels: { "org.example.volume": "1" },
        DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" } },
        Subpath: "mill",
      },
    },
    { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 2 ** 20, Mode: 0o1777 } },
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
  capDrop: ["all"],
  privileged: false,
  devices: ["/dev/ttyUSB0:/dev/reader:rw", { source: "/dev/null" }],
  groupAdd: ["dialout", "20"],
  workingDir: "/srv/mill/",
  tty: true,
  openStdin: true,
  stopSignal: "int",
  extraHosts: ["nas:192.0.2.10", "host.docker.internal=host-gateway", "nas:[2001:db8::10]"],
  dns: { servers: ["192.0.2.53"], search: ["plant.example"], options: ["ndots:2"] },
  sysctls: { "net.core.somaxconn": 1024 },
  shmSize: 128 * 2 ** 20,
  logging: { driver: "json-file", options: { "max-size": "10m", "max-file": 3 } },
  secrets: [{ name: "key", target: "/etc/key", uid: "1000", gid: "1001", mode: 0o400 }, "token"],
  configs: ["settings"],
  updateConfig: {
    Parallelism: 2,
    Delay: 1e9,
    Monitor: 10e9,
    MaxFailureRatio: 0.5,
    Order: "start-first",
    FailureAction: "rollback",
  },
  rollbackConfig: { Parallelism: 0, FailureAction: "continue" },
  templates: "literal",
};
