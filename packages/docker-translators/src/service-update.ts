import type { ServiceCreateBody, ServiceSpec } from "./engine-api/service-types.js";
import { copyDefined, hasKeys } from "./plain-data.js";

type Section = Readonly<Record<string, unknown>>;

/** The keys that a request sets or leaves unset, by section of a ServiceSpec. All others are kept by an update. */
const REQUEST_KEYS = {
  spec: ["Name", "Labels", "TaskTemplate", "Mode", "UpdateConfig", "RollbackConfig", "EndpointSpec"],
  task: ["ContainerSpec", "RestartPolicy", "Resources", "Placement", "Networks", "LogDriver"],
  container: [
    "Image",
    "Env",
    "User",
    "Hostname",
    "Labels",
    "Command",
    "Args",
    "Dir",
    "TTY",
    "OpenStdin",
    "StopSignal",
    "Groups",
    "Hosts",
    "DNSConfig",
    "Sysctls",
    "Mounts",
    "Healthcheck",
    "StopGracePeriod",
    "Init",
    "ReadOnly",
    "CapabilityAdd",
    "CapabilityDrop",
    "Ulimits",
    "Secrets",
    "Configs",
  ],
  limits: ["NanoCPUs", "MemoryBytes", "Pids"],
  placement: ["Constraints"],
  endpoint: ["Ports"],
};

/**
 * The spec (Engine API, ServiceUpdate) that applies a request to an existing service. Settings for which a request has no
 * field stay as another tool set them: the counter of forced updates, isolation, other ulimits, replicas per node, driver
 * options of networks, ...
 * @param present the service's spec as the engine answers it.
 * @param requested the spec of the request: see `toServiceSpec`.
 * @param networkIds ids of networks by name: the spec of an engine has ids.
 */
export function mergeServiceSpec(
  present: object,
  requested: ServiceCreateBody,
  networkIds: ReadonlyMap<string, string> = new Map(),
): ServiceSpec {
  const spec = section(present);
  const task = section(spec["TaskTemplate"]);
  const container = section(task["ContainerSpec"]);
  const { TaskTemplate, EndpointSpec, ...rest } = requested;
  const { ContainerSpec, Resources, Placement: _, Networks, ...restOfTask } = TaskTemplate;
  const changed = {
    ...keptKeys(spec, REQUEST_KEYS.spec),
    ...rest,
    TaskTemplate: {
      ...keptKeys(task, REQUEST_KEYS.task),
      ...restOfTask,
      ContainerSpec: {
        ...keptKeys(container, REQUEST_KEYS.container),
        ...ContainerSpec,
        ...mergedLists(container, ContainerSpec),
      },
      ...unlessEmpty("Resources", mergedResources(section(task["Resources"]), section(Resources))),
      ...unlessEmpty("Placement", mergedPlacement(task, TaskTemplate)),
      ...(Networks && { Networks: mergedNetworks(task["Networks"], Networks, networkIds) }),
    },
    ...unlessEmpty("EndpointSpec", { ...keptKeys(spec["EndpointSpec"], REQUEST_KEYS.endpoint), ...EndpointSpec }),
  };
  return copyDefined(changed) as unknown as ServiceSpec;
}

/** The settings that {@link mergeServiceSpec} keeps, with their paths: `TaskTemplate.Placement.MaxReplicas`. */
export function settingsWithoutField(present: object): [path: string, value: unknown][] {
  const spec = section(present);
  const task = section(spec["TaskTemplate"]);
  const container = section(task["ContainerSpec"]);
  const resources = section(task["Resources"]);
  const kept = (path: string, values: unknown, keys: readonly string[]): [string, unknown][] =>
    Object.entries(keptKeys(values, keys)).map(([key, value]) => [`${path}${key}`, value]);
  const { Ulimits = [], Configs = [] } = mergedLists(container, { Image: "", Env: [] }) as Record<string, Section[]>;
  return [
    ...kept("", spec, REQUEST_KEYS.spec),
    ...kept("TaskTemplate.", task, REQUEST_KEYS.task),
    ...kept("TaskTemplate.ContainerSpec.", container, REQUEST_KEYS.container),
    ...Ulimits.map(({ Name, Soft, Hard }): [string, unknown] => [
      "TaskTemplate.ContainerSpec.Ulimits",
      `${Name}=${Soft}:${Hard}`,
    ]),
    ...Configs.map(({ ConfigName }): [string, unknown] => ["TaskTemplate.ContainerSpec.Configs", ConfigName]),
    ...kept("TaskTemplate.Resources.Limits.", resources["Limits"], REQUEST_KEYS.limits),
    ...kept("TaskTemplate.Resources.Reservations.", resources["Reservations"], REQUEST_KEYS.limits),
    ...kept("TaskTemplate.Placement.", task["Placement"], REQUEST_KEYS.placement),
    ...list(task["Networks"]).flatMap((network) => kept("TaskTemplate.Networks.", network, ["Target", "Aliases"])),
    ...kept("EndpointSpec.", spec["EndpointSpec"], REQUEST_KEYS.endpoint),
  ];
}

const section = (value: unknown): Section => (typeof value === "object" && value !== null ? (value as Section) : {});
const list = (value: unknown): Section[] => (Array.isArray(value) ? value.map(section) : []);

const keptKeys = (present: unknown, requestKeys: readonly string[]): Section =>
  Object.fromEntries(Object.entries(section(present)).filter(([key]) => !requestKeys.includes(key)));

const unlessEmpty = <Key extends string>(key: Key, value: Section): Partial<Record<Key, Section>> =>
  hasKeys(value) ? ({ [key]: value } as Record<Key, Section>) : {};

/** Lists of which a request has only some items: ulimits other than open files, and configs without a file, are kept. */
function mergedLists(present: Section, requested: ServiceCreateBody["TaskTemplate"]["ContainerSpec"]): Section {
  const ulimits = list(present["Ulimits"]).filter(({ Name }) => Name !== "nofile");
  const configs = list(present["Configs"]).filter(({ File }) => !File);
  return {
    ...(ulimits.length > 0 && { Ulimits: [...ulimits, ...(requested.Ulimits ?? [])] }),
    ...(configs.length > 0 && { Configs: [...configs, ...(requested.Configs ?? [])] }),
  };
}

const mergedResources = (present: Section, requested: Section): Section => ({
  ...unlessEmpty("Limits", mergedLimits(present["Limits"], requested["Limits"])),
  ...unlessEmpty("Reservations", mergedLimits(present["Reservations"], requested["Reservations"])),
});

const mergedLimits = (present: unknown, requested: unknown): Section => ({
  ...keptKeys(present, REQUEST_KEYS.limits),
  ...section(requested),
});

/** The docker command takes the platforms from the manifest of the image, so they are kept with the image only. */
function mergedPlacement(present: Section, requested: ServiceCreateBody["TaskTemplate"]): Section {
  const kept = keptKeys(present["Placement"], REQUEST_KEYS.placement);
  const sameImage = section(present["ContainerSpec"])["Image"] === requested.ContainerSpec.Image;
  return { ...(sameImage ? kept : keptKeys(kept, ["Platforms"])), ...requested.Placement };
}

function mergedNetworks(
  present: unknown,
  requested: NonNullable<ServiceCreateBody["TaskTemplate"]["Networks"]>,
  ids: ReadonlyMap<string, string>,
): Section[] {
  return requested.map((network) => {
    const names = [network.Target, ids.get(network.Target)];
    const joined = list(present).find(({ Target }) => names.includes(Target as string));
    return { ...keptKeys(joined, ["Aliases"]), ...network };
  });
}
