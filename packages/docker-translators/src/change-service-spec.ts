import type { ServiceCreateBody, ServiceSpec } from "./engine-api/service.js";
import { copyDefined, hasKeys } from "./support/copy-defined.js";

type Section = Readonly<Record<string, unknown>>;

const section = (value: unknown): Section => (typeof value === "object" && value !== null ? (value as Section) : {});
const list = (value: unknown): Section[] => (Array.isArray(value) ? value.map(section) : []);

/** What a request says of a service, by the section of its spec: all of it is the request's, said or left out. */
const SAID = {
  spec: ["Name", "Labels", "TaskTemplate", "Mode", "UpdateConfig", "RollbackConfig", "EndpointSpec"],
  task: ["ContainerSpec", "RestartPolicy", "Resources", "Placement", "Networks"],
  container: [
    "Image",
    "Env",
    "User",
    "Hostname",
    "Labels",
    "Command",
    "Args",
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

/** Of a section as it is: what no request can say. */
const unsaid = (present: unknown, said: readonly string[]): Section =>
  Object.fromEntries(Object.entries(section(present)).filter(([key]) => !said.includes(key)));

/** A section that is left out where it holds nothing. */
const optional = <Key extends string>(key: Key, value: Section): Partial<Record<Key, Section>> =>
  hasKeys(value) ? ({ [key]: value } as Record<Key, Section>) : {};

/**
 * The spec (Engine API, ServiceUpdate) that makes a service what a request says, and leaves what no request can say as it
 * is, since somebody else has set it: the counter of forced updates, log driver, DNS, TTY, other ulimits, replicas per
 * node, aliases in networks, ...
 * @param present the service's spec as the engine answers it.
 * @param asked the spec of the request: see `toServiceSpec`.
 * @param networkIds ids of networks by name: engines keep ids.
 */
export function changeServiceSpec(
  present: object,
  asked: ServiceCreateBody,
  networkIds: ReadonlyMap<string, string> = new Map(),
): ServiceSpec {
  const spec = section(present);
  const task = section(spec["TaskTemplate"]);
  const { TaskTemplate, EndpointSpec, ...rest } = asked;
  const container = section(task["ContainerSpec"]);
  const { ContainerSpec, Resources, Placement: _, Networks, ...restOfTask } = TaskTemplate;
  const changed = {
    ...unsaid(spec, SAID.spec),
    ...rest,
    TaskTemplate: {
      ...unsaid(task, SAID.task),
      ...restOfTask,
      ContainerSpec: { ...unsaid(container, SAID.container), ...ContainerSpec, ...lists(container, ContainerSpec) },
      ...optional("Resources", resources(section(task["Resources"]), section(Resources))),
      ...optional("Placement", placement(task, TaskTemplate)),
      ...(Networks && { Networks: networks(task["Networks"], Networks, networkIds) }),
    },
    ...optional("EndpointSpec", { ...unsaid(spec["EndpointSpec"], SAID.endpoint), ...EndpointSpec }),
  };
  return copyDefined(changed) as unknown as ServiceSpec;
}

/** Of the lists that a request says a part of, the rest: ulimits but open files, and configs that become no file. */
function lists(present: Section, asked: ServiceCreateBody["TaskTemplate"]["ContainerSpec"]): Section {
  const ulimits = list(present["Ulimits"]).filter(({ Name }) => Name !== "nofile");
  const configs = list(present["Configs"]).filter(({ File }) => !File);
  return {
    ...(ulimits.length > 0 && { Ulimits: [...ulimits, ...(asked.Ulimits ?? [])] }),
    ...(configs.length > 0 && { Configs: [...configs, ...(asked.Configs ?? [])] }),
  };
}

const resources = (present: Section, asked: Section): Section => ({
  ...optional("Limits", { ...unsaid(present["Limits"], SAID.limits), ...section(asked["Limits"]) }),
  ...optional("Reservations", { ...unsaid(present["Reservations"], SAID.limits), ...section(asked["Reservations"]) }),
});

/** The platforms, which the docker command takes from the image's manifest, go with the image. */
function placement(present: Section, asked: ServiceCreateBody["TaskTemplate"]): Section {
  const kept = unsaid(present["Placement"], SAID.placement);
  const sameImage = section(present["ContainerSpec"])["Image"] === asked.ContainerSpec.Image;
  return { ...(sameImage ? kept : unsaid(kept, ["Platforms"])), ...asked.Placement };
}

function networks(
  present: unknown,
  asked: NonNullable<ServiceCreateBody["TaskTemplate"]["Networks"]>,
  ids: ReadonlyMap<string, string>,
): Section[] {
  return asked.map((network) => {
    const names = [network.Target, ids.get(network.Target)];
    const joined = list(present).find(({ Target }) => names.includes(Target as string));
    return { ...joined, ...network };
  });
}
