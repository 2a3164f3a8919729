import {
  type AssetReferences,
  type ConnectorContext,
  type ConnectorDevice,
  CONTRACT_VERSION,
  defineConnectorPlugin,
  type DeviceService,
} from "@openfactory/deploy-core";
import { normalizeConstraint } from "../../request/deploy.js";
import { AGENT_PORT, agentConfig, escapeForPrintf, MODEL_FILE, modelProblem, splitVariable } from "./agent-files.js";
import { type Adapter, type Agent, type DeviceDeploy, type MtconnectConfig, mtconnectSchema } from "./schema.js";

const NETWORK = "factory-net";
const AGENT_IMAGE = "ghcr.io/openfactoryio/mtcagent:v2.5.0.11";
const PRODUCER_IMAGE = "ghcr.io/openfactoryio/kafka-mtc-producer";

/** A swarm's messages are limited to 1.5 MB and can contain a service's specification twice. */
const MAX_MODEL_BYTES = 512 * 1024;

type Device = ConnectorDevice<MtconnectConfig>;

/** A device with an MTConnect agent. Deploys its adapter, agent and producer, unless they run elsewhere. */
export const plugin = defineConnectorPlugin({
  name: "mtconnect",
  contractVersion: CONTRACT_VERSION,
  description: "A device with an MTConnect agent, and its Kafka producer.",
  schema: mtconnectSchema,
  build: async (device: Device, context) => {
    const { agent } = device.connector;
    const adapter = agent.ip == null ? agent.adapter : undefined;
    const services = [
      ...(adapter?.image == null ? [] : [adapterService(adapter, adapter.image, context)]),
      ...(adapter == null ? [] : [await agentService(device, agent, adapter, context)]),
      ...producerService(device, agent, context),
    ];
    return { services, references: references(device, agent) };
  },
});

const upper = ({ uuid }: Device, role: string): string => `${uuid.toUpperCase()}-${role}`;
const serviceOf = ({ uuid }: Device, role: string): string => `${uuid.toLowerCase()}-${role}`;

const references = (device: Device, { ip }: Agent): AssetReferences => ({
  agent: { uuid: upper(device, "AGENT"), ...(ip == null && { service: serviceOf(device, "agent") }) },
  producer: { uuid: upper(device, "PRODUCER"), service: serviceOf(device, "producer") },
});

function adapterService({ environment, deploy }: Adapter, image: string, context: ConnectorContext): DeviceService {
  const path = ["agent", "adapter"];
  const env = (environment ?? []).flatMap((entry, index) => {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    if (/^\S+$/.test(key.trim())) return `${key.trim()}=${value.trim()}`;
    context.report(
      [...path, "environment", index],
      "expected KEY=VALUE",
      "Write NAME=value, without whitespace in the name.",
    );
    return [];
  });
  return {
    role: "adapter",
    request: {
      image,
      env,
      // As in OpenFactory, a swarm expands templates.
      ...(env.some((entry) => entry.includes("{{")) && { templates: "expand" as const }),
      networks: [NETWORK],
      ...serviceFields(deploy, [...path, "deploy"], context),
    },
    ...deployDefaults(deploy),
    writtenAt: { image: [...path, "image"], env: [...path, "environment"], ...deployPaths(path) },
  };
}

async function agentService(
  device: Device,
  agent: Agent,
  adapter: Adapter,
  context: ConnectorContext,
): Promise<DeviceService> {
  const modelPath = ["agent", "device_xml"];
  const model = await context.read(modelPath);
  const problem = model && (await modelProblem(model));
  if (problem !== undefined) context.report(modelPath, problem, "Correct the model. Nothing was deployed.");
  const escaped = escapeForPrintf(model ?? new Uint8Array());
  const size = Buffer.byteLength(escaped);
  if (size > MAX_MODEL_BYTES) {
    const message = `the device model takes ${Math.ceil(size / 1024)} KiB of variables, but the limit is ${MAX_MODEL_BYTES / 1024} KiB`;
    context.report(modelPath, message, "Remove comments and unused data items from the model.");
  }
  const values = {
    agentUuid: upper(device, "AGENT"),
    deviceUuid: device.uuid.toUpperCase(),
    adapterHost: adapter.ip ?? serviceOf(device, "adapter"),
    adapterPort: adapter.port,
  };
  const variables = splitVariable("XML_MODEL", escaped);
  const written = variables.map(({ key }) => `"$${key}"`).join(" ");
  return {
    role: "agent",
    request: {
      image: context.variable("MTCONNECT_AGENT_IMAGE") ?? AGENT_IMAGE,
      command: `sh -c 'printf "%b" ${written} > ${MODEL_FILE}; printf "%b" "$AGENT_CFG_FILE" > agent.cfg; mtcagent run agent.cfg'`,
      env: [
        `MTC_AGENT_UUID=${values.agentUuid}`,
        `ADAPTER_UUID=${values.deviceUuid}`,
        `ADAPTER_IP=${values.adapterHost}`,
        `ADAPTER_PORT=${values.adapterPort}`,
        ...variables.map(({ entry }) => entry),
        `AGENT_CFG_FILE=${escapeForPrintf(Buffer.from(agentConfig(values)))}`,
      ],
      labels: traefikLabels(device, context),
      ports: [{ target: AGENT_PORT, published: agent.port }],
      networks: [NETWORK],
      ...serviceFields(agent.deploy, ["agent", "deploy"], context),
    },
    ...deployDefaults(agent.deploy),
    ...(adapter.image != null && { after: ["adapter"] }),
    writtenAt: { ports: ["agent", "port"], env: modelPath, ...deployPaths(["agent"]) },
  };
}

function producerService(device: Device, agent: Agent, context: ConnectorContext): DeviceService[] {
  const version = context.variable("OPENFACTORY_VERSION");
  const image = context.variable("MTCONNECT_PRODUCER_IMAGE") ?? (version && `${PRODUCER_IMAGE}:${version}`);
  if (image === undefined) {
    const hint = "Set OPENFACTORY_VERSION, for example in .ofaenv, or MTCONNECT_PRODUCER_IMAGE.";
    context.report([], "unknown version of the producer's image: OPENFACTORY_VERSION is not set", hint);
    return [];
  }
  const broker = context.variable("KAFKA_BROKER");
  if (broker === undefined) context.note("KAFKA_BROKER is not set: the producer has no broker.");
  return [
    {
      role: "producer",
      request: {
        image,
        env: [
          ...(broker === undefined ? [] : [`KAFKA_BROKER=${broker}`]),
          `KAFKA_PRODUCER_UUID=${upper(device, "PRODUCER")}`,
          `MTC_AGENT=${agentUrl(device, agent)}`,
        ],
        networks: [NETWORK],
        ...serviceFields(agent.deploy, ["agent", "deploy"]),
      },
      ...deployDefaults(agent.deploy),
      ...(agent.ip == null && { after: ["agent"] }),
      writtenAt: deployPaths(["agent"]),
    },
  ];
}

function agentUrl(device: Device, { ip, port }: Agent): string {
  if (ip == null) return `http://${serviceOf(device, "agent")}:${AGENT_PORT}`;
  const host = ip.includes(":") ? `[${ip}]` : ip;
  return `${port === 443 ? "https" : "http"}://${host}:${port}`;
}

function traefikLabels(device: Device, context: ConnectorContext): Record<string, string> {
  const domain = context.variable("OPENFACTORY_BASE_DOMAIN");
  if (domain === undefined) {
    context.note("OPENFACTORY_BASE_DOMAIN is not set: Traefik does not route to the agent.");
    return {};
  }
  const router = serviceOf(device, "agent");
  return {
    "traefik.enable": "true",
    [`traefik.http.routers.${router}.rule`]: `Host(\`${device.uuid.toLowerCase()}.agent.${domain}\`)`,
    [`traefik.http.routers.${router}.entrypoints`]: "web",
    [`traefik.http.services.${router}.loadbalancer.server.port`]: String(AGENT_PORT),
  };
}

const nanoCpus = (cpus: number): number => Math.round(cpus * 1e9);

/** The fields of a request that `deploy` sets. Default: a limit of one CPU, and a reservation of half a CPU. */
function serviceFields(
  deploy: DeviceDeploy | null | undefined,
  path: readonly PropertyKey[],
  context?: ConnectorContext,
) {
  const { limits, reservations } = deploy?.resources ?? {};
  const constraints = deploy?.placement?.constraints ?? [];
  const openFiles = limits?.open_files ?? reservations?.open_files;
  if (deploy?.replicas != null && deploy.replicas !== 1) {
    context?.note(`${path.join(".")}.replicas has no effect: each service of a device has one replica.`);
  }
  return {
    mode: { Replicated: { Replicas: 1 } },
    resources: {
      Limits: {
        NanoCPUs: nanoCpus(limits?.cpus ?? 1),
        ...(limits?.memory != null && { MemoryBytes: limits.memory }),
        ...(limits?.pids != null && { Pids: limits.pids }),
      },
      Reservations: {
        NanoCPUs: nanoCpus(reservations?.cpus ?? 0.5),
        ...(reservations?.memory != null && { MemoryBytes: reservations.memory }),
      },
    },
    ...(openFiles != null && { openFiles }),
    ...(constraints.length > 0 && { constraints: constraints.map(normalizeConstraint) }),
  };
}

const CPU_RESERVATION = "resources.Reservations.NanoCPUs";

/** The paths in the result of {@link serviceFields} that are defaults, not set in the file. */
const deployDefaults = (deploy: DeviceDeploy | null | undefined) =>
  deploy?.resources?.reservations?.cpus == null ? { defaults: [CPU_RESERVATION] } : {};

const deployPaths = (path: readonly PropertyKey[]) => ({
  resources: [...path, "deploy", "resources"],
  openFiles: [...path, "deploy", "resources"],
  constraints: [...path, "deploy", "placement", "constraints"],
});
