import type { DeployRequest } from "@openfactory/deploy-core";
import { environmentLookup } from "../interpolation/interpolate.js";
import { type BuiltRequest, type RequestFormat, requestOf } from "../request/build-request.js";
import { deployFields, healthcheckField, restartField } from "../request/deploy.js";
import { envFileVariables, type Variable } from "../request/environment.js";
import { APP_KEYS } from "../request/field-source.js";
import { field, listField, type RequestField, type RequestFields } from "../request/fields.js";
import { hostSettingsFields } from "../request/host-settings.js";
import { labelsField } from "../request/labels.js";
import { configsField, secretsField } from "../request/references.js";
import type { AppEntry } from "../schema/app-file.js";
import { compact } from "../schema/scalars.js";
import { type FilePath, keyValues } from "../yaml/source-tree.js";
import type { ServiceContext } from "./context.js";
import { mountsField } from "./mounts.js";
import type { ServiceEntry } from "./schema.js";
import { pathText } from "./support.js";

/** The network that services without `networks` join. */
export const DEFAULT_NETWORK = "default";

/** The service name: `container_name`, or `<project>-<key>`, unique on the engine. Other services find it by its key. */
const serviceNameOf = (
  { container_name: given, "x-openfactory": ours }: Pick<ServiceEntry, "container_name" | "x-openfactory">,
  key: string,
  project: string,
): string => ours?.name ?? given ?? `${project}-${key}`.toLowerCase().replaceAll(".", "-");

/** The keys of the networks that a service joins. */
export function networkKeys({ networks, network_mode: mode }: ServiceEntry): string[] {
  if (mode != null) return [];
  if (networks == null) return [DEFAULT_NETWORK];
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

const FORMAT: RequestFormat = {
  keys: {
    ...APP_KEYS,
    name: { path: ["container_name"] },
    imagePullPolicy: { path: ["pull_policy"] },
    user: { path: ["user"] },
    replicaEnv: { path: ["x-openfactory", "replica_env"] },
    templates: { path: ["x-openfactory", "templates"] },
    command: { path: ["entrypoint"] },
    args: { path: ["command"] },
    networkAliases: { path: ["networks"] },
    mounts: { path: ["volumes"] },
    openFiles: { path: ["ulimits", "nofile"] },
    restart: { path: ["restart"] },
  },
  nameHint:
    "The service name is container_name, or the project and the service's key. Set container_name to a shorter or simpler name.",
};

/** Builds the request of a service. Problems become findings at their location in the files. */
export function buildServiceRequest(context: ServiceContext): BuiltRequest {
  const { service, path } = context;
  const fromKey = <Value>(key: keyof ServiceEntry, value: Value | null | undefined): RequestField<Value> | undefined =>
    value == null ? undefined : field(value, [...path, key]);
  const { "x-openfactory": ours } = service;
  const fields = compact({
    name: field(serviceNameOf(service, context.key, context.project), [...path, "container_name"]),
    image: imageField(context),
    imagePullPolicy: pullPolicyField(context),
    user: fromKey("user", service.user === "" ? undefined : service.user),
    env: environmentField(context),
    replicaEnv:
      ours?.replica_env == null ? undefined : field(ours.replica_env, [...path, "x-openfactory", "replica_env"]),
    templates: ours?.templates == null ? undefined : field(ours.templates, [...path, "x-openfactory", "templates"]),
    labels: serviceLabels(context),
    ...commandFields(context),
    ports: portsField(context),
    ...networkFields(context),
    mounts: mountsField(context),
    healthcheck: healthcheckOf(context),
    ...deployFields(context),
    restart: restartOf(context),
    ...limitFields(context),
    stopGracePeriod: fromKey("stop_grace_period", service.stop_grace_period),
    hostname: fromKey("hostname", service.hostname),
    init: fromKey("init", service.init),
    readOnly: fromKey("read_only", service.read_only),
    capAdd: fromKey("cap_add", service.cap_add),
    capDrop: fromKey("cap_drop", service.cap_drop),
    ...hostSettingsFields(context),
    secrets: secretsField(context),
    configs: configsField(context),
  }) as RequestFields;
  return requestOf(fields, context, FORMAT);
}

function imageField({ service, key, project, path, tree, report }: ServiceContext): RequestField<string> | undefined {
  if (service.image != null) return field(service.image, [...path, "image"]);
  const built = tree.find([...path, "build"]) !== undefined;
  report(
    built ? [...path, "build"] : path,
    built ? "images are not built, and image is missing" : "image is missing",
    built
      ? `Build and push the image, then set image:. \`docker compose build\` names it ${project}-${key}.`
      : "Set image:.",
  );
  return field("missing", path);
}

const PULL_POLICIES: Readonly<Record<string, DeployRequest["imagePullPolicy"]>> = {
  missing: "missing",
  if_not_present: "missing",
  always: "always",
  never: "never",
};

function pullPolicyField({
  service: { pull_policy: policy },
  path,
  tree,
  notes,
}: ServiceContext): RequestFields["imagePullPolicy"] {
  if (policy == null) return undefined;
  const here = [...path, "pull_policy"];
  if (Object.hasOwn(PULL_POLICIES, policy)) return field(PULL_POLICIES[policy], here);
  notes.addUnsupported(
    `pull_policy ${policy}`,
    pathText(here),
    tree.locateKey(here),
    "An image is pulled if it is missing, always or never: missing is used.",
  );
  return undefined;
}

/** The variables of the env files, then those of `environment`. One without a value is passed through, if it is set. */
function environmentField(context: ServiceContext): RequestField<string[]> {
  const { path, tree, environment } = context;
  const lookup = environmentLookup(environment);
  const own = keyValues([...path, "environment"], tree).flatMap(({ key, value, isNothing, path: here }): Variable[] => {
    const given = isNothing || value === undefined ? lookup(key) : value;
    return given === undefined ? [] : [{ key, value: given, path: here }];
  });
  const all = new Map([...envFileVariables(context), ...own].map((variable) => [variable.key, variable]));
  context.budget.addVariables([...all.values()], tree.locateKey(path));
  return listField([...all.values()].map(({ key, value, ...place }) => ({ value: `${key}=${value}`, ...place })));
}

/** `labels`, and those of `deploy`, which Compose has for the service of a swarm only. */
function serviceLabels(context: ServiceContext): RequestFields["labels"] {
  const own = labelsField(context);
  const base = [...context.path, "deploy", "labels"];
  const deployed = keyValues(base, context.tree);
  if (deployed.length === 0) return own;
  const paths = new Map(deployed.map(({ key, path }) => [key, path]));
  return {
    value: { ...Object.fromEntries(deployed.map(({ key, value = "" }) => [key, value])), ...own?.value },
    pathOf: ([key]) =>
      own !== undefined && Object.hasOwn(own.value ?? {}, String(key))
        ? own.pathOf([key ?? ""])
        : (paths.get(String(key)) ?? base),
  };
}

/** `entrypoint` is a request's command, and `command` its args. An empty entrypoint runs the command itself. */
function commandFields({ service, path, notes, tree }: ServiceContext): Pick<RequestFields, "command" | "args"> {
  const { entrypoint, command } = service;
  const isEmpty = (words: typeof command): boolean => words != null && words.length === 0;
  const entry = entrypoint == null || isEmpty(entrypoint) ? undefined : field(entrypoint, [...path, "entrypoint"]);
  const args = command == null || isEmpty(command) ? undefined : field(command, [...path, "command"]);
  if (!isEmpty(entrypoint)) return compact({ command: entry, args });
  if (args !== undefined) return { command: args };
  const here = [...path, "entrypoint"];
  notes.addUnsupported(
    "entrypoint",
    pathText(here),
    tree.locateKey(here),
    "An empty entrypoint requires command: the image's entrypoint is used.",
  );
  return {};
}

function portsField({ service: { ports }, path }: ServiceContext): RequestFields["ports"] {
  if (ports == null) return undefined;
  return listField(ports.flatMap((list, index) => list.map((value) => ({ value, path: [...path, "ports", index] }))));
}

/** The networks by name on the engine, and the key of the service and its aliases as names on them. */
function networkFields(context: ServiceContext): Pick<RequestFields, "networks" | "networkAliases"> {
  const { service, path, tree, declared, report, key, notes } = context;
  const { networks, network_mode: mode, links } = service;
  (links ?? []).forEach((link, index) => {
    const [target, alias = target] = link.split(":");
    const here = [...path, "links", index];
    if (alias !== target)
      notes.addUnsupported(
        "links",
        pathText(here),
        tree.locate(here),
        "A service is found by its own name and aliases only.",
      );
  });
  if (mode != null) return networkModeField(mode, context);
  const keys = networkKeys(service);
  const positions = Array.isArray(networks) ? new Map(networks.map((network, index) => [network, index])) : undefined;
  const known = keys.filter((network) => {
    if (declared.networks.has(network)) return true;
    const at = positions?.get(network) ?? network;
    report(
      [...path, "networks", at],
      `the network ${JSON.stringify(network)} is not declared`,
      `Declare it at the top level: networks: {${network}: {}}.`,
    );
    return false;
  });
  const aliasesOf = (network: string): string[] =>
    networks == null || Array.isArray(networks) ? [] : (networks[network]?.aliases ?? []);
  const aliases = keys.map((network) => aliasesOf(network).toSorted().join(" "));
  if (aliases.some((each) => each !== aliases[0])) {
    const here = [...path, "networks"];
    notes.addUnsupported(
      "aliases",
      pathText(here),
      tree.locateKey(here),
      "The aliases of one network are valid on all networks of the service.",
    );
  }
  const name = serviceNameOf(service, key, context.project);
  const given = service["x-openfactory"]?.network_aliases ?? [key, ...keys.flatMap(aliasesOf)];
  const names = [...new Set(given)].filter((alias) => alias !== name);
  return compact({
    networks: field(
      known.map((network) => declared.networks.get(network)?.name ?? network),
      [...path, "networks"],
    ),
    networkAliases: names.length === 0 ? undefined : { value: names, pathOf: () => [...path, "networks"] },
  });
}

/** `host` and `none` are networks of a request; `bridge` is the engine's default. */
function networkModeField(mode: string, { path, report }: ServiceContext): Pick<RequestFields, "networks"> {
  const here = [...path, "network_mode"];
  if (mode === "bridge") return {};
  if (mode === "host" || mode === "none") return { networks: { value: [mode], pathOf: () => here } };
  report(
    here,
    "a service can't share the network of another container",
    "Join the networks of both with networks:, or use host or none.",
  );
  return {};
}

/** A request has no health check that takes its command from the image. */
function healthcheckOf(context: ServiceContext): RequestFields["healthcheck"] {
  const { service, path, notes, tree } = context;
  const { healthcheck } = service;
  if (healthcheck == null || healthcheck.test != null || healthcheck.disable === true) return healthcheckField(context);
  const here = [...path, "healthcheck"];
  notes.addUnsupported(
    "healthcheck",
    pathText(here),
    tree.locateKey(here),
    "A health check requires test: the image's own is used unchanged.",
  );
  return undefined;
}

/** Compose does not restart a service that has no `restart`. */
function restartOf(context: ServiceContext): RequestFields["restart"] {
  const { entry, path } = context;
  if (entry.deploy?.restart_policy != null) return deployFields(context).restart;
  return restartField(context) ?? { value: { Condition: "none" }, pathOf: () => [...path, "restart"] };
}

/** Limits of `deploy.resources`, and those that a service has itself, such as `mem_limit`. */
function limitFields(context: ServiceContext): Pick<RequestFields, "resources" | "openFiles" | "mode"> {
  const { service, path } = context;
  const deployed = deployFields(context);
  const { cpus, mem_limit, mem_reservation, pids_limit } = service;
  const own = [
    ["Limits", "NanoCPUs", "cpus", cpus == null ? undefined : Math.round(cpus * 1e9)],
    ["Limits", "MemoryBytes", "mem_limit", mem_limit],
    ["Limits", "Pids", "pids_limit", pids_limit != null && pids_limit > 0 ? pids_limit : undefined],
    ["Reservations", "MemoryBytes", "mem_reservation", mem_reservation],
  ] as const;
  const value = structuredClone(deployed.resources?.value ?? {}) as Record<string, Record<string, number>>;
  const places = new Map<string, FilePath>();
  for (const [kind, name, key, amount] of own) {
    if (amount == null || value[kind]?.[name] !== undefined) continue;
    value[kind] = { ...value[kind], [name]: amount };
    places.set(`${kind}.${name}`, [...path, key]);
  }
  return compact({
    resources:
      places.size === 0
        ? deployed.resources
        : {
            value,
            pathOf: (subfield: FilePath) =>
              places.get(subfield.join(".")) ?? deployed.resources?.pathOf(subfield) ?? path,
          },
    openFiles: openFilesField(context),
    mode:
      service.scale == null || deployed.mode !== undefined
        ? deployed.mode
        : field({ Replicated: { Replicas: service.scale } }, [...path, "scale"]),
  }) as Pick<RequestFields, "resources" | "openFiles" | "mode">;
}

function openFilesField({ service: { ulimits }, path, notes, tree }: ServiceContext): RequestField<number> | undefined {
  const limit = ulimits?.nofile;
  if (limit == null) return undefined;
  const here = [...path, "ulimits", "nofile"];
  const { soft, hard } = typeof limit === "number" ? { soft: limit, hard: limit } : limit;
  if (soft !== hard) {
    notes.addUnsupported(
      "nofile",
      pathText(here),
      tree.locateKey(here),
      "Soft and hard limit are equal: the hard limit is used for both.",
    );
  }
  return hard < 1 ? undefined : { value: hard, pathOf: () => here };
}

/** The keys of a service that app files have, too. */
export const sharedEntry = (service: ServiceEntry, key: string): AppEntry => {
  const { deploy, image, volumes: _volumes, tmpfs: _tmpfs, networks: _networks, ...shared } = service;
  const { labels: _labels, ...deployment } = deploy ?? {};
  return compact({
    ...shared,
    uuid: key,
    image: image ?? "",
    deploy: deploy == null ? undefined : deployment,
  }) as unknown as AppEntry;
};
