import {
  DeploymentError,
  type DeployRequest,
  deployRequestSchema,
  fieldSteps,
  parseRequest,
  type SourceLocation,
  zodIssues,
} from "@openfactory/deploy-core";
import type { z } from "zod";
import { compact } from "../schema/scalars.js";
import type { FilePath } from "../yaml/source-tree.js";
import { deployParts, healthcheckPart, restartPart } from "./deploy.js";
import { environmentPart } from "./environment.js";
import { type AppContext, at, gathered, type Part, type Parts } from "./fields.js";
import { labelsPart } from "./labels.js";
import { configsPart, networksPart, secretsPart } from "./references.js";
import { mountsPart } from "./storage.js";

/**
 * Version of the rules by which an app becomes a request. Raise it when the same entry makes another request: the plan
 * then says that the release is the reason. 2: OpenFactory's environment, storage and routing names.
 */
export const REQUEST_FORMAT = 2;

export interface BuiltRequest {
  request: DeployRequest;
  /** Where a field of the request is written. */
  locate: (field: string) => SourceLocation;
}

/** The request of an app. What is wrong with it is added to the findings, at the place in the file. */
export function buildRequest(context: AppContext): BuiltRequest {
  const parts = makeParts(context);
  const request = Object.fromEntries(Object.entries(parts).map(([field, part]) => [field, (part as Part).value]));
  return {
    request: validated(request as unknown as DeployRequest, parts, context),
    locate: (field) => locationOf(fieldSteps(field), parts, context),
  };
}

/** The place in the file of a piece of the request; that of the app where the piece has none. */
function pathOf([field, ...piece]: FilePath, parts: Parts, { path }: AppContext): FilePath {
  return partOf(field, parts)?.from(piece) ?? path;
}

const partOf = (field: PropertyKey | undefined, parts: Parts): Part | undefined =>
  (parts as Record<PropertyKey, Part | undefined>)[field ?? ""];

/** Where a piece of the request is written: in the app file, or in a file that the app file names. */
const locationOf = (steps: FilePath, parts: Parts, context: AppContext): SourceLocation =>
  partOf(steps[0], parts)?.elsewhere?.(steps.slice(1)) ?? context.tree.locateKey(pathOf(steps, parts, context));

function makeParts(context: AppContext): Parts {
  const { entry, path } = context;
  const fromKey = <Value>(key: keyof typeof entry, value: Value | null | undefined): Part<Value> | undefined =>
    value == null ? undefined : at(value, [...path, key]);
  const { ports } = entry;
  return compact({
    image: fromKey("image", entry.image),
    imagePullPolicy: fromKey("image_pull_policy", entry.image_pull_policy),
    user: userPart(context),
    name: fromKey("uuid", entry.uuid.toLowerCase()),
    env: environmentPart(context),
    // Each replica of an app is an asset of its own.
    replicaEnv: at(true, path),
    labels: labelsPart(context),
    command: fromKey("command", entry.command),
    args: fromKey("args", entry.args),
    ports:
      ports == null
        ? undefined
        : gathered(ports.flatMap((list, index) => list.map((value) => ({ value, path: [...path, "ports", index] })))),
    networks: networksPart(context),
    mounts: mountsPart(context),
    healthcheck: healthcheckPart(context),
    ...deployParts(context),
    ...compact({ restart: restartPart(context) }),
    stopGracePeriod: fromKey("stop_grace_period", entry.stop_grace_period),
    hostname: fromKey("hostname", entry.hostname),
    init: fromKey("init", entry.init),
    readOnly: fromKey("read_only", entry.read_only),
    templates: fromKey("templates", entry.templates),
    capAdd: fromKey("cap_add", entry.cap_add),
    capDrop: fromKey("cap_drop", entry.cap_drop),
    secrets: secretsPart(context),
    configs: configsPart(context),
  }) as Parts;
}

/** The process's user, `UID:GID`: both ids, or neither. */
function userPart({ entry, path, tell }: AppContext): Parts["user"] {
  const { runtime_uid: uid, runtime_gid: gid } = entry;
  if (uid == null && gid == null) return undefined;
  if (uid != null && gid != null) return at(`${uid}:${gid}`, [...path, "runtime_uid"]);
  const [there, missing] = uid == null ? ["runtime_gid", "runtime_uid"] : ["runtime_uid", "runtime_gid"];
  tell([...path, there], `it needs ${missing}, too`, `Add ${missing}, or leave both out.`);
  return undefined;
}

const NAME_HINT = "The name of the service is the uuid in lower case: choose a uuid that fits, such as HALL-3_PRESS.";

/** The request as every strategy will see it; one that is not valid stays as it is. */
function validated(request: DeployRequest, parts: Parts, context: AppContext): DeployRequest {
  const { tree, tell } = context;
  try {
    return parseRequest(request);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
  }
  // Once more, for where in it the findings are.
  for (const issue of deployRequestSchema.safeParse(request).error?.issues ?? []) {
    const from = pathOf(issue.path, parts, context);
    for (const { message } of zodIssues({ issues: [issue] } as z.ZodError)) {
      tell(from, withoutValues(message, from, tree), issue.path[0] === "name" ? NAME_HINT : undefined);
    }
  }
  return request;
}

/** The request's schema names what is there twice; of a text with variables it may show what is written only. */
const withoutValues = (message: string, path: FilePath, tree: AppContext["tree"]): string => {
  const { variables, text, written } = tree.find(path) ?? {};
  if (variables === undefined || !text) return message;
  return [...variables]
    .filter(([, value]) => value.length > 2)
    .reduce((told, [name, value]) => told.replaceAll(value, `$${name}`), message.replaceAll(text, written ?? ""));
};
