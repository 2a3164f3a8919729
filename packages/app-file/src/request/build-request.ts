import {
  DeploymentError,
  type DeployRequest,
  deployRequestSchema,
  parseFieldPath,
  parseRequest,
  type SourceLocation,
  zodIssues,
} from "@openfactory/deploy-core";
import type { z } from "zod";
import { Findings } from "../findings.js";
import { ProjectBudget } from "../limits.js";
import type { FieldSource } from "../model.js";
import { validateApp } from "../schema/app-file.js";
import { compact } from "../schema/scalars.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import { deployFields, healthcheckField, restartField } from "./deploy.js";
import { environmentField } from "./environment.js";
import { APP_KEYS, type FieldKeys, sourceOf } from "./field-source.js";
import {
  type AppContext,
  field,
  listField,
  type RequestField,
  type RequestFields,
  type SharedContext,
} from "./fields.js";
import { hostSettingsFields } from "./host-settings.js";
import { labelsField } from "./labels.js";
import { configsField, networksField, secretsField } from "./references.js";
import { mountsField } from "./storage.js";

/**
 * Version of the rules that turn an app into a request. Increase it when the same entry produces another request: the plan
 * then shows the release as the reason. 2: OpenFactory's environment, storage and routing names.
 */
export const REQUEST_FORMAT = 2;

/** The request of an app, and where its fields are in the file. */
export interface BuiltRequest {
  request: DeployRequest;
  /** Location of a field of the request. */
  locate: (field: string) => SourceLocation;
  /** Key and location of a field of the request, by its path. */
  sourceOf: (path: FilePath) => FieldSource;
  /** Returns the fields, with their paths in the file. */
  fields: () => RequestFields;
}

/**
 * Builds the request of an app. Problems become findings at their location in the file.
 * @param fieldsAt builds the fields again: see {@link fieldsReader}.
 */
export const buildRequest = (context: AppContext, fieldsAt: FieldsReader): BuiltRequest => ({
  request: requestFrom(buildFields(context), context, NAME_HINT),
  ...locateFields(context.path, context.tree, APP_KEYS, fieldsAt),
});

/** How a file format names the fields of a request. */
export interface RequestFormat {
  /** The keys that set fields which are not in the file. */
  keys: FieldKeys;
  /** What to do about a name that is not a valid service name. */
  nameHint: string;
}

/** The normalized request of these fields. Problems become findings at their location in the file. */
export const requestOf = (fields: RequestFields, context: AppContext, format: RequestFormat): BuiltRequest => ({
  request: requestFrom(fields, context, format.nameHint),
  ...locateFields(context.path, context.tree, format.keys, () => fields),
});

/** Returns the fields of the app at a path of the file. */
export type FieldsReader = (path: FilePath) => RequestFields;

/**
 * Builds the fields of valid apps of a file again, when a command asks for positions: for thousands of apps, they take more memory
 * than the requests. Those of the last app are kept, since a plan asks for one app after another.
 */
export function fieldsReader(shared: SharedContext): FieldsReader {
  let last: { path: FilePath; fields: RequestFields } | undefined;
  return (path) => {
    if (last?.path === path) return last.fields;
    // The problems of the file have been reported.
    const findings = new Findings();
    const silent = { ...shared, findings, budget: new ProjectBudget(findings), report: () => {} };
    const { data: entry, error } = validateApp(shared.tree.find(path)?.value);
    if (error) throw error;
    const fields = buildFields({ ...silent, entry, path });
    last = { path, fields };
    return fields;
  };
}

/** A separate function: what the returned functions refer to stays in memory. */
const locateFields = (
  path: FilePath,
  tree: SourceTree,
  keys: FieldKeys,
  fieldsAt: FieldsReader,
): Omit<BuiltRequest, "request"> => ({
  locate: (field) => sourceOf(parseFieldPath(field), fieldsAt(path), { path, tree }, keys).location,
  sourceOf: (steps) => sourceOf(steps, fieldsAt(path), { path, tree }, keys),
  fields: () => fieldsAt(path),
});

function requestFrom(fields: RequestFields, context: AppContext, nameHint: string): DeployRequest {
  const request = Object.fromEntries(
    Object.entries(fields).map(([name, each]) => [name, (each as RequestField).value]),
  );
  return normalized(request as unknown as DeployRequest, fields, context, nameHint);
}

/** Path in the file of a subfield of the request, or of the app if the subfield is not in the file. */
const filePathOf = ([name, ...subfield]: FilePath, fields: RequestFields, { path }: AppContext): FilePath =>
  (fields as Record<PropertyKey, RequestField | undefined>)[name ?? ""]?.pathOf(subfield) ?? path;

function buildFields(context: AppContext): RequestFields {
  const { entry, path } = context;
  const fromKey = <Value>(key: keyof typeof entry, value: Value | null | undefined): RequestField<Value> | undefined =>
    value == null ? undefined : field(value, [...path, key]);
  const { ports } = entry;
  return compact({
    image: fromKey("image", entry.image),
    imagePullPolicy: fromKey("image_pull_policy", entry.image_pull_policy),
    user: userField(context),
    name: fromKey("uuid", entry.uuid.toLowerCase()),
    env: environmentField(context),
    // Each replica of an app is a separate asset.
    replicaEnv: entry.openfactory_variables === false ? undefined : field(true, path),
    labels: labelsField(context),
    command: fromKey("command", entry.command),
    args: fromKey("args", entry.args),
    ports:
      ports == null
        ? undefined
        : listField(ports.flatMap((list, index) => list.map((value) => ({ value, path: [...path, "ports", index] })))),
    networks: networksField(context),
    networkAliases: fromKey("network_aliases", entry.network_aliases),
    mounts: mountsField(context),
    healthcheck: healthcheckField(context),
    ...deployFields(context),
    ...compact({ restart: restartField(context) }),
    stopGracePeriod: fromKey("stop_grace_period", entry.stop_grace_period),
    hostname: fromKey("hostname", entry.hostname),
    init: fromKey("init", entry.init),
    readOnly: fromKey("read_only", entry.read_only),
    templates: fromKey("templates", entry.templates),
    capAdd: fromKey("cap_add", entry.cap_add),
    capDrop: fromKey("cap_drop", entry.cap_drop),
    ...hostSettingsFields(context),
    secrets: secretsField(context),
    configs: configsField(context),
  }) as RequestFields;
}

/** The user of the process, `UID:GID`. Requires both ids, or neither. */
function userField({ entry, path, report }: AppContext): RequestFields["user"] {
  const { runtime_uid: uid, runtime_gid: gid, user } = entry;
  if (user != null) {
    if (uid == null && gid == null) return field(user, [...path, "user"]);
    report([...path, "user"], "conflicts with runtime_uid and runtime_gid", "Keep either user or both ids.");
  }
  if (uid == null && gid == null) return undefined;
  if (uid != null && gid != null) return field(`${uid}:${gid}`, [...path, "runtime_uid"]);
  const [given, missing] = uid == null ? ["runtime_gid", "runtime_uid"] : ["runtime_uid", "runtime_gid"];
  report([...path, given], `requires ${missing}`, `Add ${missing}, or remove ${given}.`);
  return undefined;
}

const NAME_HINT = "The service name is the lowercase uuid. Choose a matching uuid, such as HALL-3_PRESS.";

/** The normalized request. An invalid request is returned unchanged, and its problems are findings. */
function normalized(
  request: DeployRequest,
  fields: RequestFields,
  context: AppContext,
  nameHint: string,
): DeployRequest {
  const { tree, report } = context;
  try {
    return parseRequest(request);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
  }
  // Parse it again to get the path of each issue.
  for (const issue of deployRequestSchema.safeParse(request).error?.issues ?? []) {
    const filePath = filePathOf(issue.path, fields, context);
    for (const { message } of zodIssues({ issues: [issue] } as z.ZodError)) {
      report(filePath, withoutValues(message, filePath, tree), issue.path[0] === "name" ? nameHint : undefined);
    }
  }
  return request;
}

/** Messages of the request's schema can contain values. For text with variables, show the text before interpolation. */
const withoutValues = (message: string, path: FilePath, tree: AppContext["tree"]): string => {
  const { variables, text, written } = tree.find(path) ?? {};
  if (variables === undefined || !text) return message;
  return [...variables]
    .filter(([, value]) => value.length > 2)
    .reduce((shown, [name, value]) => shown.replaceAll(value, `$${name}`), message.replaceAll(text, written ?? ""));
};
