import { z } from "zod";
import { fileReferencesSchema, ownerFindings, targetFindings, unmarkedNameFindings } from "./container-files.js";
import { imagePullPolicySchema, imageSchema } from "./image-reference.js";
import {
  healthcheckSchema,
  restartSchema,
  rollbackConfigSchema,
  stopGracePeriodSchema,
  updateConfigSchema,
} from "./lifecycle.js";
import { mountsSchema } from "./mounts.js";
import { constraintsSchema, modeSchema, networksSchema, openFilesSchema, resourcesSchema } from "./placement.js";
import { portsSchema } from "./ports.js";
import {
  argsSchema,
  capabilitiesSchema,
  commandSchema,
  envSchema,
  hostnameSchema,
  labelsSchema,
  templatesSchema,
  userSchema,
} from "./process.js";

/**
 * Service names: 2 to 63 letters, digits, `-` and `_`, a letter or digit first and last.
 * This is what Docker containers and Swarm services both take, so that a name means the same on either.
 */
export const nameSchema = z
  .string()
  .min(2, "a service name has at least 2 characters")
  .max(63, "a service name has at most 63 characters")
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$/,
    "a service name is made of letters, digits, - and _, with a letter or digit first and last",
  );

/** Whether `name` can be a service's name at all. */
export const isServiceName = (name: unknown): name is string => nameSchema.safeParse(name).success;

/** The schema of a request. Unknown keys are errors; nothing that was left out is filled in, but `env`. */
export const deployRequestSchema = z
  .strictObject({
    image: imageSchema,
    imagePullPolicy: imagePullPolicySchema.optional(),
    user: userSchema.optional(),
    name: nameSchema,
    env: envSchema.default([]),
    replicaEnv: z.boolean().optional(),
    labels: labelsSchema.optional(),
    command: commandSchema.optional(),
    args: argsSchema.optional(),
    ports: portsSchema.optional(),
    networks: networksSchema.optional(),
    constraints: constraintsSchema.optional(),
    resources: resourcesSchema.optional(),
    openFiles: openFilesSchema.optional(),
    mode: modeSchema.optional(),
    mounts: mountsSchema.optional(),
    healthcheck: healthcheckSchema.optional(),
    restart: restartSchema.optional(),
    stopGracePeriod: stopGracePeriodSchema.optional(),
    hostname: hostnameSchema.optional(),
    init: z.boolean().optional(),
    readOnly: z.boolean().optional(),
    capAdd: capabilitiesSchema.optional(),
    capDrop: capabilitiesSchema.optional(),
    secrets: fileReferencesSchema.optional(),
    configs: fileReferencesSchema.optional(),
    updateConfig: updateConfigSchema.optional(),
    rollbackConfig: rollbackConfigSchema.optional(),
    templates: templatesSchema.optional(),
  })
  .superRefine((request, context) => {
    for (const { path, message } of [
      ...targetFindings(request),
      ...ownerFindings(request),
      ...unmarkedNameFindings(request),
    ]) {
      context.addIssue({ code: "custom", path, message });
    }
  });

/** The fields that are valid or not together with each other. */
export const JOINTLY_VALID: readonly RequestField[] = ["mounts", "secrets", "configs", "hostname", "templates"];

type Input = z.input<typeof deployRequestSchema>;

/**
 * One service to deploy. It means the same on every strategy; what a strategy does not honour it declares
 * ({@link StrategyManifest}). Durations are nanoseconds and memory is bytes, as in Docker's API.
 * The seed's parameters keep their names, in camel case; Docker's dictionaries keep their keys.
 */
export interface DeployRequest {
  /** Image reference: `[registry/]repository[:tag][@digest]`. */
  image: string;
  /**
   * `missing` (default): pull only if the engine does not have it. `always`: pull, or ask the registry, first. `never`:
   * ask no registry; an image that is not there is an error.
   */
  imagePullPolicy?: "missing" | "always" | "never";
  /** Runtime user, `UID:GID`. Default: the image's. */
  user?: string;
  /** 2 to 63 letters, digits, `-`, `_`. Unique on the engine. */
  name: string;
  /** `KEY=VALUE` each; a value may hold `=`. Default: none. */
  env?: readonly string[];
  /**
   * Adds the platform's variables that identify each replica, such as `SWARM_TASK_SLOT`, to `env`; a variable that `env`
   * sets itself is kept. Default false. A platform without such variables adds none.
   */
  replicaEnv?: boolean;
  /** Labels of the container, or of the service and its containers. */
  labels?: Readonly<Record<string, string>>;
  /** Replaces the image's entrypoint: words, or a string that is split as a POSIX shell does. */
  command?: string | readonly string[];
  /** Words for the image's own entrypoint (or for `command`). */
  args?: string | readonly string[];
  /** Host to container, `{8080: 80}` (TCP), or a list. `mode` (default `ingress`) is Swarm's publish mode. */
  ports?: Readonly<Record<number, number>> | readonly PortInput[];
  /** Names of networks that exist. All are joined before the process starts. */
  networks?: readonly string[];
  /** Placement constraints, e.g. `node.role == worker`. */
  constraints?: readonly string[];
  /** `{Limits: {NanoCPUs, MemoryBytes, Pids}, Reservations: {NanoCPUs, MemoryBytes}}`; 10⁹ NanoCPUs are one CPU. */
  resources?: Input["resources"];
  /** RLIMIT_NOFILE of the process, soft and hard. Default: the engine's. */
  openFiles?: number;
  /** Service mode: `{Replicated: {Replicas}}` (default, 1), `{Global: {}}`, `{ReplicatedJob: {...}}`, `{GlobalJob: {}}`. */
  mode?: Input["mode"];
  /** Docker's mount dictionaries: `{Type, Source, Target, ReadOnly, ...}`; `Type` bind, volume (default) or tmpfs. */
  mounts?: readonly NonNullable<Input["mounts"]>[number][];
  /** Docker's HealthConfig; `Test` may be one shell line. Default: the image's. */
  healthcheck?: Input["healthcheck"];
  /** When the process is started again. Default: always, `{Condition: "any"}`. */
  restart?: Input["restart"];
  /** How long the process has to end after the stop signal, in nanoseconds. Default: the engine's (10 s). */
  stopGracePeriod?: number;
  hostname?: string;
  /** Runs an init process that forwards signals and reaps. Default: the engine's. */
  init?: boolean;
  /** Mounts the root file system read-only. */
  readOnly?: boolean;
  /** Kernel capabilities, with or without `CAP_`. */
  capAdd?: readonly string[];
  capDrop?: readonly string[];
  /** Secrets that exist, by name, and the files they become. */
  secrets?: readonly (string | FileReferenceInput)[];
  /** Configs that exist, by name, and the files they become. */
  configs?: readonly (string | FileReferenceInput)[];
  updateConfig?: Input["updateConfig"];
  rollbackConfig?: Input["rollbackConfig"];
  /**
   * What Go templates (`{{.Node.Hostname}}`) in the values of `env`, in `hostname` and in `mounts` are. `expand`: the
   * platform puts their values in. `literal`: text that the process gets as it is written. Default: a platform that
   * expands templates refuses a text that holds `{{`; every other platform passes it on as it is.
   */
  templates?: "expand" | "literal";
}

/** A published port; without `published` the engine chooses one. */
export interface PortInput {
  /** Port in the container. */
  target: number;
  published?: number;
  /** Default `tcp`. */
  protocol?: "tcp" | "udp" | "sctp";
  /** Address of the host to listen on. Default: all. */
  hostAddress?: string;
  /** Default `ingress`. */
  mode?: "ingress" | "host";
}

/** Secret or config: `target` is a path, by default the name (under `/run/secrets` for secrets); `mode` e.g. `0o444`. */
export interface FileReferenceInput {
  name: string;
  target?: string;
  uid?: string;
  gid?: string;
  mode?: number;
}

/** A request after validation: shorthands resolved, no object shared with the caller's, and frozen. */
export type NormalizedRequest = z.output<typeof deployRequestSchema>;

/** The name of a top-level field of a request. */
export type RequestField = keyof NormalizedRequest;

/** Every field of a request. */
export const REQUEST_FIELDS = Object.keys(deployRequestSchema.shape) as RequestField[];
