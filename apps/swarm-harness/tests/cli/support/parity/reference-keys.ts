/** A list of words. */
const words = (text: string): string[] => text.split(" ");

const below = (path: string, keys: readonly string[]): string[] => keys.map((key) => `${path}${key}`);

const deploy = (path: string): string[] => [
  path,
  ...["replicas", "resources", "placement", "placement.constraints"].map((key) => `${path}.${key}`),
  ...["limits", "reservations"].flatMap((kind) =>
    ["", ".cpus", ".memory", ".open_files"].map((key) => `${path}.resources.${kind}${key}`),
  ),
];

const node = (section: string, ...more: string[]): string[] =>
  ["node_id", "browse_path", "namespace_index", "identifier_type", "identifier", ...more].map(
    (key) => `connector.${section}.<name>.${key}`,
  );

/** The fields of OpenFactory's schemas of apps and devices at commit 930b272. */
export const REFERENCE_KEYS: readonly string[] = [
  "apps",
  "devices",
  ...below("apps.<name>.", [
    ...words("uuid uns image image_pull_policy runtime_uid runtime_gid environment networks storage"),
    ...["type", "description", "server", "remote_path", "mount_point", "mount_options", "local_path"].map(
      (key) => `storage.<name>.${key}`,
    ),
    ...words("routing routing.expose routing.port routing.hostname routing.canonical_hostname routing.alias_hostname"),
    ...words("metrics metrics.port metrics.path"),
    ...deploy("deploy"),
  ]),
  ...below("devices.<name>.", [
    ...words("uuid uns ksql_tables connector connector.type"),
    ...["", ".ip", ".port", ".device_xml", ".adapter"].map((key) => `connector.agent${key}`),
    ...["ip", "image", "port", "environment"].map((key) => `connector.agent.adapter.${key}`),
    ...deploy("connector.agent.deploy"),
    ...deploy("connector.agent.adapter.deploy"),
    ...["server", "server.uri", "server.subscription"].map((key) => `connector.${key}`),
    ...["publishing_interval", "queue_size", "sampling_interval"].map((key) => `connector.server.subscription.${key}`),
    ...["variables", "constants", "events", "methods"].map((key) => `connector.${key}`),
    ...node("variables", "tag", "access_level", "queue_size", "sampling_interval", "deadband"),
    ...node("constants", "tag"),
    ...node("events"),
    ...node("methods"),
    ...["host", "port", "data", "data.<name>.tag", "data.<name>.type"].map((key) => `connector.${key}`),
  ]),
];

/** The settings of OpenFactory's own configuration, and the variables that it sets, at the same commit. */
export const REFERENCE_VARIABLES: readonly string[] = [
  ...words("OPENFACTORY_VERSION OPENFACTORY_LOG_LEVEL KSQLDB_LOG_LEVEL KAFKA_LOG_LEVEL OPENFACTORY_LOG_BACKEND"),
  ...words("OPENFACTORY_UNS_SCHEMA DEPLOYMENT_PLATFORM OPENFACTORY_USER OPENFACTORY_MANAGER_NODE_DOCKER_URL"),
  ...words("OPENFACTORY_NETWORK OPENFACTORY_BASE_DOMAIN KAFKA_BROKER KSQLDB_URL ASSET_ROUTER_URL"),
  ...words("MTCONNECT_AGENT_IMAGE MTCONNECT_PRODUCER_IMAGE MTCONNECT_AGENT_CFG_FILE OPENFACTORY_ENV"),
  ...words("APP_UUID DOCKER_SERVICE OPENFACTORY_TEXT_LOG_DIRECTORY PORT OPENFACTORY_ROOT_PATH STORAGE"),
  ...words("SWARM_TASK_SLOT SWARM_TASK_ID SWARM_SERVICE_NAME SWARM_NODE_HOSTNAME SWARM_REPLICAS"),
  ...words(
    "MTC_AGENT_UUID ADAPTER_UUID ADAPTER_IP ADAPTER_PORT XML_MODEL AGENT_CFG_FILE KAFKA_PRODUCER_UUID MTC_AGENT",
  ),
];
