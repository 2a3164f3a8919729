import { type DeployRequest, formatFieldPath } from "@openfactory/deploy-core";
import type { FieldSource } from "../model.js";
import type { FilePath } from "../yaml/source-tree.js";
import { DEPLOY_KEYS, HEALTHCHECK_KEYS } from "./deploy.js";
import type { AppContext, RequestField, RequestFields } from "./fields.js";
import { DNS_KEYS } from "./host-settings.js";

interface Key {
  path: FilePath;
  /** Names in the file of subfields. */
  names?: Readonly<Record<string, string>>;
}

/** The keys of an entry that set the fields of its request. Undefined: no key sets the field. */
export type FieldKeys = Readonly<Record<keyof DeployRequest, Key | undefined>>;

/** The keys of an app's entry. */
export const APP_KEYS: FieldKeys = {
  name: { path: ["uuid"] },
  image: { path: ["image"] },
  imagePullPolicy: { path: ["image_pull_policy"] },
  user: { path: ["runtime_uid"] },
  env: { path: ["environment"] },
  replicaEnv: undefined,
  templates: { path: ["templates"] },
  labels: { path: ["labels"] },
  command: { path: ["command"] },
  args: { path: ["args"] },
  ports: { path: ["ports"] },
  networks: { path: ["networks"] },
  networkAliases: { path: ["network_aliases"] },
  mounts: { path: ["storage"] },
  mode: { path: ["deploy", "replicas"] },
  resources: { path: ["deploy", "resources"], names: DEPLOY_KEYS },
  openFiles: { path: ["deploy", "resources", "limits", "open_files"] },
  constraints: { path: ["deploy", "placement", "constraints"] },
  restart: { path: ["deploy", "restart_policy"], names: DEPLOY_KEYS },
  updateConfig: { path: ["deploy", "update_config"], names: DEPLOY_KEYS },
  rollbackConfig: { path: ["deploy", "rollback_config"], names: DEPLOY_KEYS },
  healthcheck: { path: ["healthcheck"], names: HEALTHCHECK_KEYS },
  stopGracePeriod: { path: ["stop_grace_period"] },
  hostname: { path: ["hostname"] },
  init: { path: ["init"] },
  readOnly: { path: ["read_only"] },
  capAdd: { path: ["cap_add"] },
  capDrop: { path: ["cap_drop"] },
  privileged: { path: ["privileged"] },
  devices: { path: ["devices"] },
  groupAdd: { path: ["group_add"] },
  workingDir: { path: ["working_dir"] },
  tty: { path: ["tty"] },
  openStdin: { path: ["stdin_open"] },
  stopSignal: { path: ["stop_signal"] },
  extraHosts: { path: ["extra_hosts"] },
  dns: { path: [], names: DNS_KEYS },
  sysctls: { path: ["sysctls"] },
  shmSize: { path: ["shm_size"] },
  logging: { path: ["logging"] },
  secrets: { path: ["secrets"] },
  configs: { path: ["configs"] },
};

/**
 * Finds the key and the location of a field of the request.
 * @param steps path in the request. A variable or label is found by its name: `["env", "LEVEL"]`.
 */
export function sourceOf(
  steps: FilePath,
  fields: RequestFields,
  context: Pick<AppContext, "path" | "tree">,
  keys: FieldKeys,
): FieldSource {
  const { path, tree } = context;
  const found = indexOfVariable(steps, fields);
  const written = writtenPath(found, fields, path, keys);
  const key = keyOf(steps, written.slice(path.length));
  // A message about a whole list points to its first element.
  const place = found.length === 1 ? (fieldNamed(found[0], fields)?.pathOf([]) ?? written) : written;
  return {
    ...(key !== "" && { key }),
    location: fieldNamed(found[0], fields)?.locationOf?.(found.slice(1)) ?? tree.locateKey(place),
  };
}

/** Path in the file of a field of the request. For a field that is not in the file, the path that would set it. */
function writtenPath([name, ...subfield]: FilePath, fields: RequestFields, path: FilePath, keys: FieldKeys): FilePath {
  const field = fieldNamed(name, fields);
  // The elements of a list can come from several keys, which can't stand for the list or for an element that is not in it.
  const isList = Array.isArray(field?.value) && typeof subfield[0] !== "number";
  if (field !== undefined && !isList) return field.pathOf(subfield);
  const key = keys[name as keyof DeployRequest];
  if (key === undefined) return path;
  const { names } = key;
  return [...path, ...key.path, ...(names === undefined ? [] : subfield.map((step) => names[String(step)] ?? step))];
}

/** The fields whose values have names, and their keys. */
const NAMED_VALUES: Readonly<Record<PropertyKey, string>> = {
  env: "environment",
  labels: "labels",
  sysctls: "sysctls",
};

/** Named values have their name in the key, whether the file has a list or a mapping of them. */
function keyOf([name = "", ...subfield]: FilePath, written: FilePath): string {
  const own = NAMED_VALUES[name];
  if (own === undefined || typeof subfield[0] !== "string") return formatFieldPath(written);
  // A variable of an env file, or of the environment of ofdeploy, can be set in `environment`.
  const isOwn = written[0] === own || written[0] === "env_file" || written.length === 0;
  return formatFieldPath(isOwn ? [own, ...subfield] : written);
}

/** `["env", "LEVEL"]` as `["env", 2]`, if the request has that variable. */
function indexOfVariable(steps: FilePath, { env }: RequestFields): FilePath {
  const [field, name] = steps;
  if (field !== "env" || typeof name !== "string" || env?.value === undefined) return steps;
  const index = variableIndexes(env.value).get(name);
  return index === undefined ? steps : ["env", index];
}

/** The indexes of variables by name, for each list: a plan asks for every variable that differs. */
const knownIndexes = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function variableIndexes(env: readonly string[]): ReadonlyMap<string, number> {
  const known = knownIndexes.get(env);
  if (known !== undefined) return known;
  const indexes = new Map<string, number>();
  for (const [index, variable] of env.entries()) {
    const name = variable.slice(0, Math.max(0, variable.indexOf("=")));
    if (!indexes.has(name)) indexes.set(name, index);
  }
  knownIndexes.set(env, indexes);
  return indexes;
}

const fieldNamed = (name: PropertyKey | undefined, fields: RequestFields): RequestField | undefined =>
  (fields as Record<PropertyKey, RequestField | undefined>)[name ?? ""];
