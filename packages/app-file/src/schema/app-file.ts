import { z } from "zod";
import { deploy } from "./deploy.js";
import { hostSettings } from "./host-settings.js";
import { ports } from "./ports.js";
import { fileReferences, resources } from "./resources.js";
import { duration, flag, maybe, text, wholeNumber } from "./scalars.js";
import { storage } from "./storage.js";

/** Maximum number of env files of an app. */
const MAX_ENV_FILES = 100;

const envFileEntry = z.strictObject({
  path: text.describe("Path of the file, relative to the directory of this file."),
  required: maybe(flag).describe("Whether the file must exist. Default: true."),
});

/** Compose's `env_file`. */
export const envFile = z
  .union([
    text,
    envFileEntry,
    z.array(z.union([text, envFileEntry])).max(MAX_ENV_FILES, `expected at most ${MAX_ENV_FILES} env files`),
  ])
  .describe("Env files with variables of the app. Later files override earlier ones; environment overrides all.");

export type EnvFile = z.output<typeof envFile>;

/** The keys of a health check. Compose does not require `test`: the image's is used. */
export const healthcheckShape = z.strictObject({
  test: maybe(z.union([text, z.array(text)])).describe(
    "A shell line, or a list that begins with CMD, CMD-SHELL or NONE.",
  ),
  interval: maybe(duration),
  timeout: maybe(duration),
  retries: maybe(wholeNumber(0, 1_000_000)),
  start_period: maybe(duration),
  start_interval: maybe(duration),
  disable: maybe(flag).describe("Turns off the health check of the image."),
});

const healthcheck = healthcheckShape
  .refine((check) => check.disable === true || check.test != null, {
    message: "expected test, or disable: true",
    path: [],
  })
  .describe("How the engine checks the health of the app.");

const RESTART = 'expected "no", always, on-failure, on-failure:<attempts> or unless-stopped';

export const restart = z
  .string(RESTART)
  .regex(/^(?:no|always|unless-stopped|on-failure(?::\d{1,9})?)$/, RESTART)
  .describe('When the app is restarted: "no", always, on-failure, on-failure:<attempts>, unless-stopped.');

const dependsOn = z
  .union([
    z.array(text),
    z.record(
      text,
      z.strictObject({
        condition: maybe(z.enum(["service_started", "service_healthy", "service_completed_successfully"])).describe(
          "Default: service_started.",
        ),
      }),
    ),
  ])
  .describe("Apps of the project that must start first, as a list of names or with a condition each.");

export type Healthcheck = z.output<typeof healthcheck>;

/** The largest user or group id that container runtimes support. */
const MAX_ID = 2 ** 31 - 1;

/** Keys for other tools. In the JSON Schema only, since they are removed before validation. */
const extensions = { patternProperties: { "^x-": {} } };

const scalarMap = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const words = z.union([text, z.array(text)]);

const routing = z
  .strictObject({
    expose: maybe(flag).describe("Whether Traefik routes to the app. Default: false."),
    port: maybe(wholeNumber(1, 65535)).describe("Port in the container; the app gets it as PORT."),
    hostname: maybe(text.regex(/^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/, "expected a host name")).describe(
      "Additional name of the app under OPENFACTORY_BASE_DOMAIN, or the full host name if that variable is not set.",
    ),
  })
  .describe("The app's HTTP port, and whether Traefik routes to it.");

const metrics = z
  .strictObject({
    port: wholeNumber(1, 65535).describe("Port in the container."),
    path: maybe(text.regex(/^\//, "expected a path that begins with /")).describe("Default: /metrics."),
  })
  .describe("Where the app serves Prometheus metrics.");

/** One entry of `apps:`. */
export const appSchema = z
  .strictObject({
    uuid: text.describe("Unique name of the app in OpenFactory. Its lowercase form is the name of the service."),
    image: text.describe("Image reference: [registry/]repository[:tag][@digest]."),
    image_pull_policy: maybe(z.enum(["missing", "always", "never"])).describe(
      "missing (default): pull if the engine does not have the image. always: pull first. never: don't contact a registry.",
    ),
    runtime_uid: maybe(wholeNumber(1, MAX_ID)).describe("User id of the process; requires runtime_gid."),
    runtime_gid: maybe(wholeNumber(1, MAX_ID)).describe("Group id of the process; requires runtime_uid."),
    user: maybe(text).describe(
      "User and group of the process by name, UID[:GID]. Alternative to runtime_uid and runtime_gid.",
    ),
    openfactory_variables: maybe(flag).describe(
      "Whether the app gets the variables that OpenFactory adds, such as APP_UUID. Default: true.",
    ),
    environment: maybe(z.union([z.array(text), scalarMap])).describe("Variables, as a list of KEY=VALUE or a mapping."),
    env_file: maybe(envFile),
    storage: maybe(storage),
    networks: maybe(z.array(text).max(100, "expected at most 100 networks")).describe(
      "Names of networks that the app joins, declared in this file or existing.",
    ),
    network_aliases: maybe(z.array(text)).describe(
      "Further names by which other apps find this one on its networks. Its service name is always one.",
    ),
    routing: maybe(routing),
    metrics: maybe(metrics),
    uns: maybe(z.record(z.string(), z.unknown())).describe("Place in the Unified Namespace; kept as labels."),
    deploy: maybe(deploy),
    command: maybe(words).describe("Replaces the image's entrypoint: a list, or a line that is split as in a shell."),
    args: maybe(words).describe("Arguments of the image's entrypoint, or of command."),
    ports: maybe(ports),
    labels: maybe(z.union([z.array(text), scalarMap])).describe("Labels, as a list of KEY=VALUE or a mapping."),
    healthcheck: maybe(healthcheck),
    depends_on: maybe(dependsOn),
    secrets: maybe(fileReferences).describe(
      "Secrets, declared in this file or existing, and their files in the container.",
    ),
    configs: maybe(fileReferences).describe(
      "Configs, declared in this file or existing, and their files in the container.",
    ),
    restart: maybe(restart),
    stop_grace_period: maybe(duration).describe("Time between the stop signal and the kill signal. Default: 10s."),
    hostname: maybe(text).describe("Host name inside the container."),
    init: maybe(flag).describe("Runs an init process that forwards signals and reaps processes."),
    read_only: maybe(flag).describe("Mounts the root file system read-only."),
    templates: maybe(z.enum(["expand", "literal"])).describe(
      "How {{...}} in environment, hostname and storage is used. expand: as a template of the platform. literal: as text.",
    ),
    cap_add: maybe(z.array(text)).describe("Kernel capabilities to add, such as NET_ADMIN."),
    cap_drop: maybe(z.array(text)).describe("Kernel capabilities to drop, or ALL."),
    ...hostSettings,
  })
  .meta({ ...extensions, description: "One app, deployed as one service." });

export type AppEntry = z.output<typeof appSchema>;

/** The whole file. */
export const fileSchema = z
  .strictObject({
    name: maybe(text).describe("Name of the project. Default: the name of the project directory."),
    apps: z.record(z.string(), appSchema).optional().describe("The apps, by name."),
    devices: z.record(z.string(), z.unknown()).optional().describe("The devices, by name."),
    ...resources,
  })
  .meta({
    ...extensions,
    anyOf: [{ required: ["apps"] }, { required: ["devices"] }],
    title: "OpenFactory apps and devices",
    description: "Apps and devices that OpenFactory deploys.",
  });

/** The file without the contents of its apps. Each app is validated separately, so that all findings are in one report. */
export const outlineSchema = fileSchema.extend({ apps: z.record(z.string(), z.unknown()).optional() });

export type Outline = z.output<typeof outlineSchema>;

/** One entry of `devices:`, without the connector's keys, which the connector's own schema validates. */
export const deviceSchema = z
  .strictObject({
    uuid: text.min(1, "must not be empty").describe("Name of the device in OpenFactory."),
    uns: maybe(z.record(z.string(), z.unknown())).describe("Place in the Unified Namespace; kept as labels."),
    connector: z.looseObject({ type: text.describe("mtconnect, opcua, shdr, or the name of a connector plugin.") }),
    ksql_tables: maybe(z.array(z.enum(["device", "producer", "agent"]))).describe(
      "Accepted for compatibility with OpenFactory's files; has no effect.",
    ),
  })
  .describe("One device and its connector.");

export type DeviceEntry = z.output<typeof deviceSchema>;
