import { z } from "zod";
import {
  fileReferencesSchema,
  findOwnerConflicts,
  findTargetConflicts,
  findUnexpandedTemplates,
} from "./container-files.js";
import { devicesSchema } from "./host-access.js";
import { imagePullPolicySchema, imageSchema } from "./image-reference.js";
import { shmSizeSchema, sysctlsSchema } from "./kernel.js";
import { deferredShape, validatorOf } from "./lazy-schemas.js";
import {
  healthcheckSchema,
  restartSchema,
  rollbackConfigSchema,
  stopGracePeriodSchema,
  updateConfigSchema,
} from "./lifecycle.js";
import { loggingSchema } from "./logging.js";
import { mountsSchema } from "./mounts.js";
import { dnsSchema, extraHostsSchema } from "./name-resolution.js";
import {
  constraintsSchema,
  modeSchema,
  networkAliasesSchema,
  networksSchema,
  openFilesSchema,
  resourcesSchema,
} from "./placement.js";
import { portsSchema } from "./ports.js";
import {
  argsSchema,
  capabilitiesSchema,
  commandSchema,
  envSchema,
  groupAddSchema,
  hostnameSchema,
  labelsSchema,
  templatesSchema,
  userSchema,
  workingDirSchema,
} from "./process.js";
import { findSettingConflicts } from "./setting-conflicts.js";
import { stopSignalSchema } from "./signals.js";

/**
 * Service names: 2 to 63 letters, digits, `-` and `_`, with a letter or digit at the start and the end. Docker containers and
 * Swarm services both accept these names.
 */
export const nameSchema = z
  .string()
  .min(2, "a service name must have at least 2 characters")
  .max(63, "a service name must have at most 63 characters")
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$/,
    "a service name must consist of letters, digits, - and _, and start and end with a letter or digit",
  );

/** Whether `name` is a valid service name. */
export const isServiceName = (name: unknown): name is string => nameSchema.safeParse(name).success;

/** The fields of a request. */
export const requestShape = deferredShape({
  image: imageSchema,
  imagePullPolicy: () => imagePullPolicySchema.optional(),
  user: () => userSchema.optional(),
  name: nameSchema,
  env: envSchema.default([]),
  replicaEnv: () => z.boolean().optional(),
  labels: () => labelsSchema.optional(),
  command: () => commandSchema.optional(),
  args: () => argsSchema.optional(),
  ports: () => portsSchema.optional(),
  networks: () => networksSchema.optional(),
  networkAliases: () => networkAliasesSchema.optional(),
  constraints: () => constraintsSchema.optional(),
  resources: () => resourcesSchema.optional(),
  openFiles: () => openFilesSchema.optional(),
  mode: () => modeSchema.optional(),
  mounts: () => mountsSchema.optional(),
  healthcheck: () => healthcheckSchema.optional(),
  restart: () => restartSchema.optional(),
  stopGracePeriod: () => stopGracePeriodSchema.optional(),
  hostname: () => hostnameSchema.optional(),
  init: () => z.boolean().optional(),
  readOnly: () => z.boolean().optional(),
  capAdd: () => capabilitiesSchema.optional(),
  capDrop: () => capabilitiesSchema.optional(),
  privileged: () => z.boolean().optional(),
  devices: () => devicesSchema.optional(),
  groupAdd: () => groupAddSchema.optional(),
  workingDir: () => workingDirSchema.optional(),
  tty: () => z.boolean().optional(),
  openStdin: () => z.boolean().optional(),
  stopSignal: () => stopSignalSchema.optional(),
  extraHosts: () => extraHostsSchema.optional(),
  dns: () => dnsSchema.optional(),
  sysctls: () => sysctlsSchema.optional(),
  shmSize: () => shmSizeSchema.optional(),
  logging: () => loggingSchema.optional(),
  secrets: () => fileReferencesSchema.optional(),
  configs: () => fileReferencesSchema.optional(),
  updateConfig: () => updateConfigSchema.optional(),
  rollbackConfig: () => rollbackConfigSchema.optional(),
  templates: () => templatesSchema.optional(),
});

/** The schema of a request. Unknown keys are errors. Only `env` has a default; other omitted fields stay omitted. */
export const deployRequestSchema = z.strictObject(requestShape).superRefine((request, context) => {
  for (const { path, message } of [
    ...findTargetConflicts(request),
    ...findOwnerConflicts(request),
    ...findUnexpandedTemplates(request),
    ...findSettingConflicts(request),
  ]) {
    context.addIssue({ code: "custom", path, message });
  }
});

/** Validates a request as {@link deployRequestSchema} does, in less time. */
export const validateDeployRequest = validatorOf(deployRequestSchema, requestShape);

/** The fields whose validity depends on each other. */
export const CROSS_CHECKED_FIELDS: readonly RequestField[] = [
  "mounts",
  "secrets",
  "configs",
  "hostname",
  "templates",
  "networks",
  "sysctls",
  "privileged",
  "capDrop",
  "shmSize",
  "devices",
];

type Input = z.input<typeof deployRequestSchema>;

/**
 * One service to deploy. It means the same on every platform; a strategy declares the fields that it doesn't support
 * ({@link StrategyManifest}). Durations are in nanoseconds and memory is in bytes, as in Docker's API. Names are those of
 * OpenFactory's Python implementation in camel case; Docker's dictionaries keep their keys.
 */
export interface DeployRequest {
  /** Image reference: `[registry/]repository[:tag][@digest]`. */
  image: string;
  /**
   * `missing` (default): pull the image only if the engine doesn't have it. `always`: pull it, or read its digest from the
   * registry, first. `never`: don't contact the registry; a missing image is an error.
   */
  imagePullPolicy?: "missing" | "always" | "never";
  /** Runtime user, `UID:GID`. Default: the image's. */
  user?: string;
  /** 2 to 63 letters, digits, `-`, `_`. Unique on the engine. */
  name: string;
  /** Entries `KEY=VALUE`; a value may contain `=`. Default: none. */
  env?: readonly string[];
  /**
   * Adds the platform's variables that identify each replica, such as `SWARM_TASK_SLOT`, to `env`. Variables that `env`
   * sets take precedence. Default false. Platforms without such variables add none.
   */
  replicaEnv?: boolean;
  /** Labels of the container, or of the service and its containers. */
  labels?: Readonly<Record<string, string>>;
  /** Replaces the image's entrypoint: words, or a string that is split like in a POSIX shell. */
  command?: string | readonly string[];
  /** Arguments for `command`, or for the image's entrypoint. */
  args?: string | readonly string[];
  /** Host to container, `{8080: 80}` (TCP), or a list. `mode` (default `ingress`) is Swarm's publish mode. */
  ports?: Readonly<Record<number, number>> | readonly PortInput[];
  /** Names of existing networks. The container joins them before its process starts. */
  networks?: readonly string[];
  /** Further names by which other containers find the service on each of its networks. Default: none but its name. */
  networkAliases?: readonly string[];
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
  /** When the process is restarted. Default: always, `{Condition: "any"}`. */
  restart?: Input["restart"];
  /** Time between the stop signal and the kill signal, in nanoseconds. Default: the engine's (10 s). */
  stopGracePeriod?: number;
  hostname?: string;
  /** Runs an init process that forwards signals and reaps processes. Default: the engine's. */
  init?: boolean;
  /** Mounts the root file system read-only. */
  readOnly?: boolean;
  /** Kernel capabilities, with or without `CAP_`. */
  capAdd?: readonly string[];
  capDrop?: readonly string[];
  /** Gives the container all capabilities and all devices of the host. Default false. */
  privileged?: boolean;
  /**
   * Devices of the host: `source[:target][:permissions]`, or their parts. `target` is the path in the container, by default
   * the source; `permissions` are letters of `rwm` (read, write, create device nodes), by default all.
   */
  devices?: readonly (string | DeviceInput)[];
  /** Names or ids of groups of the process, in addition to the group of `user`. Names are those of the image. */
  groupAdd?: readonly string[];
  /** The process's directory: an absolute path. Default: the image's. */
  workingDir?: string;
  /** The process has a terminal. Its stdout and stderr are then one stream. Default false. */
  tty?: boolean;
  /** The process's stdin stays open although nothing is attached. Default false. */
  openStdin?: boolean;
  /** Signal that asks the process to end, such as `SIGINT`, `int` or `2`. Default: the image's, or SIGTERM. */
  stopSignal?: string;
  /**
   * Additional lines of `/etc/hosts`: `host:address`. `host-gateway` as the address is the engine's host, as containers
   * reach it.
   */
  extraHosts?: readonly string[];
  /** DNS servers (IP addresses), search domains and resolver options, each in order. Default: the engine's. */
  dns?: Input["dns"];
  /** Kernel parameters of the container's namespaces, such as `net.core.somaxconn`. Default: the engine's. */
  sysctls?: Readonly<Record<string, string | number>>;
  /** Size of `/dev/shm` in bytes. Default: the engine's (64 MiB). */
  shmSize?: number;
  /** Log driver, and its options by name. Default: the engine's. Options with a name such as `splunk-token` are secret. */
  logging?: Input["logging"];
  /** Existing secrets, by name, and their files in the container. */
  secrets?: readonly (string | FileReferenceInput)[];
  /** Existing configs, by name, and their files in the container. */
  configs?: readonly (string | FileReferenceInput)[];
  updateConfig?: Input["updateConfig"];
  rollbackConfig?: Input["rollbackConfig"];
  /**
   * How Go templates (`{{.Node.Hostname}}`) in the values of `env`, in `hostname` and in `mounts` are treated. `expand`: the
   * platform replaces them by their values. `literal`: the text is passed on unchanged. Default: a platform that expands
   * templates rejects a text that contains `{{`; all other platforms pass it on unchanged.
   */
  templates?: "expand" | "literal";
}

/** A published port. Without `published`, the engine chooses the host port. */
export interface PortInput {
  /** Port in the container. */
  target: number;
  published?: number;
  /** Default `tcp`. */
  protocol?: "tcp" | "udp" | "sctp";
  /** Address of the host to listen on. Default: all addresses. */
  hostAddress?: string;
  /** Default `ingress`. */
  mode?: "ingress" | "host";
}

/** A device of the host. */
export interface DeviceInput {
  source: string;
  target?: string;
  permissions?: string;
}

/** A secret or config. `target` is a path, by default the name (in `/run/secrets` for secrets); `mode` e.g. `0o444`. */
export interface FileReferenceInput {
  name: string;
  target?: string;
  uid?: string;
  gid?: string;
  mode?: number;
}

/** A validated request: with shorthands resolved, frozen, and without objects of the caller. */
export type NormalizedRequest = z.output<typeof deployRequestSchema>;

/** The name of a top-level field of a request. */
export type RequestField = keyof NormalizedRequest;

/** Every field of a request. */
export const REQUEST_FIELDS = Object.keys(requestShape) as RequestField[];
