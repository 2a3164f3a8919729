import { fileURLToPath } from "node:url";

/** The directory `factory`: app and device files that use every rule of OpenFactory. */
export const FACTORY = fileURLToPath(new URL("./factory", import.meta.url));

/** The volumes of its NFS storage. */
export const NFS_VOLUMES = ["nfs_127_0_0_1_export_plain", "nfs_127_0_0_1_export_old_88acc64a"];

/** The expected properties of a service on the engine. Without a property, the service must not have it. */
export interface ExpectedService {
  image: string;
  user?: string;
  env: string[];
  /** Without the labels of ofdeploy. */
  labels: Record<string, string>;
  mounts?: object[];
  networks: string[];
  /** Published port to the container's. */
  ports?: Record<string, number>;
  limits?: { cpus?: number; memory?: number };
  reservations?: { cpus?: number; memory?: number };
  openFiles?: number;
  constraints?: string[];
  replicas: number;
  /** Whether the service is an app, which gets the variables that identify replicas on Swarm. */
  isApp: boolean;
}

export interface FactoryValues {
  /** Whether `OPENFACTORY_ENV=dev`. */
  isDev: boolean;
  port: number;
  agentPort: number;
  /** The directory on the host that the recorder mounts. */
  data: string;
}

const MiB = 1024 * 1024;
const OPENFACTORY = [
  "KAFKA_BROKER=broker:9092",
  "KSQLDB_URL=http://ksqldb:8088",
  "ASSET_ROUTER_URL=nats://router:4222",
  "OPENFACTORY_LOG_BACKEND=text",
];
const QUIET = "KSQLDB_LOG_LEVEL=WARNING";

/** The variables that the files of the directory use. */
export const factoryVariables = ({ isDev, port, agentPort, data }: FactoryValues): Record<string, string> => ({
  ...(isDev && { OPENFACTORY_ENV: "dev" }),
  PARITY_PORT: `${port}`,
  PARITY_AGENT_PORT: `${agentPort}`,
  PARITY_DATA: data,
});

const nfs = (options: string, device: string) => ({
  DriverConfig: { Name: "local", Options: { type: "nfs", o: options, device } },
});

/** The services of the directory, by name, as OpenFactory deploys them. Literal values, because derived ones would repeat errors of the code. */
export const expectedFactory = ({ isDev, port, agentPort, data }: FactoryValues): Record<string, ExpectedService> => ({
  "parity-press_01": {
    image: "openfactory/test:1",
    user: "1200:1201",
    env: [
      "APP_UUID=PARITY-Press_01",
      "DOCKER_SERVICE=parity-press_01",
      ...OPENFACTORY,
      "KSQLDB_LOG_LEVEL=DEBUG",
      "PORT=8000",
      ...(isDev ? ["OPENFACTORY_ROOT_PATH=/parity-press-01"] : []),
      "MODE=automatic",
      "DSN=postgres://press:pa$word@db/x?a=b",
      'LINE="$MODE" and $$ and ${MODE}',
      "SHIFT=early",
      "EMPTY=",
    ],
    labels: {
      "openfactory.uns.area": "north",
      "openfactory.uns.cell": "7",
      "openfactory.metrics.port": "9100",
      "openfactory.metrics.path": "/metrics",
      "traefik.enable": "true",
      "traefik.http.routers.ofa-parity-press-01.service": "ofa-parity-press-01",
      "traefik.http.routers.ofa-parity-press-01.rule":
        "Host(`parity-press-01.plant.test`) || Host(`big-press.plant.test`)",
      "traefik.http.routers.ofa-parity-press-01.entrypoints": "web",
      "traefik.http.services.ofa-parity-press-01.loadbalancer.server.port": "8000",
      ...(isDev && {
        "traefik.http.routers.ofa-parity-press-01-external.rule": "Host(`localhost`) && PathPrefix(`/parity-press-01`)",
        "traefik.http.routers.ofa-parity-press-01-external.entrypoints": "web",
        "traefik.http.routers.ofa-parity-press-01-external.service": "ofa-parity-press-01",
        "traefik.http.routers.ofa-parity-press-01-external.middlewares":
          "ofa-parity-press-01-slash,ofa-parity-press-01-strip",
        "traefik.http.middlewares.ofa-parity-press-01-strip.stripprefix.prefixes": "/parity-press-01",
        "traefik.http.middlewares.ofa-parity-press-01-slash.redirectregex.regex": "^(/parity-press-01)(\\?.*)?$",
        "traefik.http.middlewares.ofa-parity-press-01-slash.redirectregex.replacement": "${1}/${2}",
      }),
    },
    networks: ["parity-net"],
    ports: { [port]: 8000 },
    limits: { cpus: 500_000_000, memory: 64 * MiB },
    reservations: { cpus: 250_000_000, memory: 32 * MiB },
    openFiles: 1024,
    constraints: ["node.role==manager", "node.labels.zone!=b"],
    replicas: 3,
    isApp: true,
  },
  "parity-hidden": {
    image: "openfactory/test:1",
    env: [
      "APP_UUID=PARITY-HIDDEN",
      "DOCKER_SERVICE=parity-hidden",
      ...OPENFACTORY,
      QUIET,
      "PORT=9000",
      ...(isDev ? ["OPENFACTORY_ROOT_PATH=/parity-hidden"] : []),
    ],
    labels: {},
    networks: [],
    replicas: 1,
    isApp: true,
  },
  "parity-archive": {
    image: "openfactory/test:1",
    env: [
      "APP_UUID=PARITY-ARCHIVE",
      "DOCKER_SERVICE=parity-archive",
      ...OPENFACTORY,
      QUIET,
      'STORAGE={"plain": {"type": "nfs", "server": "127.0.0.1", "remote_path": "/export/plain", "mount_point": "/mnt/plain"}, "old": {"type": "nfs", "server": "127.0.0.1", "remote_path": "/export/old", "mount_point": "/mnt/old", "mount_options": ["ro", "nfsvers=3"]}}',
    ],
    labels: {},
    mounts: [
      {
        Type: "volume",
        Source: "nfs_127_0_0_1_export_plain",
        Target: "/mnt/plain",
        VolumeOptions: nfs("addr=127.0.0.1,nfsvers=4", ":/export/plain"),
      },
      // 8 hex digits of the SHA-1 of `nfsvers=3,ro`.
      {
        Type: "volume",
        Source: "nfs_127_0_0_1_export_old_88acc64a",
        Target: "/mnt/old",
        VolumeOptions: nfs("addr=127.0.0.1,ro,nfsvers=3", ":/export/old"),
      },
    ],
    networks: [],
    replicas: 0,
    isApp: true,
  },
  "parity-recorder": {
    image: "openfactory/test:1",
    env: [
      "APP_UUID=PARITY-RECORDER",
      "DOCKER_SERVICE=parity-recorder",
      ...OPENFACTORY,
      QUIET,
      'STORAGE={"data": {"type": "local", "local_path": "/srv/data", "mount_point": "/srv/data"}}',
    ],
    labels: {},
    mounts: [{ Type: "bind", Source: data, Target: "/srv/data" }],
    networks: [],
    replicas: 1,
    isApp: true,
  },
  "parity-furnace-adapter": {
    image: "openfactory/test:1",
    env: ["INTERVAL=3.0", "A=b=c"],
    labels: { "openfactory.uns.area": "south" },
    networks: ["parity-net"],
    limits: { cpus: 1_000_000_000, memory: 48 * MiB },
    reservations: { cpus: 500_000_000 },
    replicas: 1,
    isApp: false,
  },
  "parity-furnace-agent": {
    image: "openfactory/test:1",
    env: [
      "MTC_AGENT_UUID=PARITY-FURNACE-AGENT",
      "ADAPTER_UUID=PARITY-FURNACE",
      "ADAPTER_IP=parity-furnace-adapter",
      "ADAPTER_PORT=7878",
      'XML_MODEL=<MTConnectDevices><Devices><Device id="f1" name="furnace" uuid="x"><Description>100 % \\\\ °C</Description></Device></Devices></MTConnectDevices>\n',
    ],
    labels: {
      "openfactory.uns.area": "south",
      "traefik.enable": "true",
      "traefik.http.routers.parity-furnace-agent.rule": "Host(`parity-furnace.agent.plant.test`)",
      "traefik.http.routers.parity-furnace-agent.entrypoints": "web",
      "traefik.http.services.parity-furnace-agent.loadbalancer.server.port": "5000",
    },
    networks: ["parity-net"],
    ports: { [agentPort]: 5000 },
    limits: { cpus: 750_000_000 },
    reservations: { cpus: 500_000_000, memory: 16 * MiB },
    constraints: ["node.role==manager"],
    replicas: 1,
    isApp: false,
  },
  "parity-furnace-producer": {
    image: "openfactory/test:1",
    env: [
      "KAFKA_BROKER=broker:9092",
      "KAFKA_PRODUCER_UUID=PARITY-FURNACE-PRODUCER",
      "MTC_AGENT=http://parity-furnace-agent:5000",
    ],
    labels: { "openfactory.uns.area": "south" },
    networks: ["parity-net"],
    limits: { cpus: 750_000_000 },
    reservations: { cpus: 500_000_000, memory: 16 * MiB },
    constraints: ["node.role==manager"],
    replicas: 1,
    isApp: false,
  },
});

/** The labels that are not this tool's own. */
export const foreignLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith("org.openfactory.")));

/** Without the numbers that an engine writes where nothing was asked for. */
export const unlessZero = (numbers: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).filter((entry): entry is [string, number] => Boolean(entry[1])));
