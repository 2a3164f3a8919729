import { deferred, deferredShape, validatorOf } from "@openfactory/deploy-core";
import { z } from "zod";
import { deploy } from "./deploy.js";
import { hostSettings } from "./host-settings.js";
import {
  ALIAS,
  CAPABILITY,
  HOSTNAME,
  IMAGE,
  LABEL,
  NOT_BLANK,
  PROJECT_NAME,
  SERVICE_NAME,
  USER,
  VARIABLE,
} from "./patterns.js";
import { ports } from "./ports.js";
import { fileReferences, resources } from "./resources.js";
import {
  duration,
  flag,
  type KeyDocs,
  optional,
  patternText,
  required,
  scalarMap,
  text,
  wholeNumber,
} from "./scalars.js";
import { storage } from "./storage.js";

/** Maximum number of env files of an app. */
const MAX_ENV_FILES = 100;

const envFileEntry = () =>
  z.strictObject({
    path: required(text, {
      description: "Path of the file, relative to the directory of this file.",
      examples: ["./line.env"],
    }),
    required: optional(flag, {
      description: "Whether the file must exist. Default: true.",
      default: true,
      examples: [false],
    }),
  });

/** Compose's `env_file`. */
export const envFile = deferred(() =>
  z.union([
    text,
    envFileEntry(),
    z.array(z.union([text, envFileEntry()])).max(MAX_ENV_FILES, `expected at most ${MAX_ENV_FILES} env files`),
  ]),
);

export type EnvFile = z.output<typeof envFile>;

/** The keys of a health check. Compose does not require `test`: the image's is used. */
export const healthcheckShape = deferred(() =>
  z.strictObject({
    test: optional(z.union([text, z.array(text)]), {
      description: "A shell line, or a list that begins with CMD, CMD-SHELL or NONE. Exit code 0 means healthy.",
      examples: ["curl -f http://localhost:8080/health", ["CMD", "pg_isready"]],
    }),
    interval: optional(duration, {
      description: "Time between two checks. Default: 30s.",
      default: "30s",
      examples: ["10s"],
    }),
    timeout: optional(duration, {
      description: "Time limit of a check. Default: 30s.",
      default: "30s",
      examples: ["3s"],
    }),
    retries: optional(wholeNumber(0, 1_000_000), {
      description: "Number of consecutive failures that make the app unhealthy. Default: 3.",
      default: 3,
      examples: [5],
    }),
    start_period: optional(duration, {
      description: "Time after the start in which failures don't count. Default: 0s.",
      default: "0s",
      examples: ["20s"],
    }),
    start_interval: optional(duration, {
      description: "Time between two checks during start_period. Requires Docker 25 or later. Default: 5s.",
      default: "5s",
      examples: ["1s"],
    }),
    disable: optional(flag, {
      description: "Turns off the health check of the image. Default: false.",
      default: false,
      examples: [true],
    }),
  }),
);

const healthcheck = () =>
  healthcheckShape.unwrap().refine((check) => check.disable === true || check.test != null, {
    message: "expected test, or disable: true",
    path: [],
  });

const RESTART = 'expected "no", always, on-failure, on-failure:<attempts> or unless-stopped';

export const restart = z.string(RESTART).regex(/^(?:no|always|unless-stopped|on-failure(?::\d{1,9})?)$/, RESTART);

const dependsOn = () =>
  z.union([
    z.array(text),
    z.record(
      text,
      z.strictObject({
        condition: optional(z.enum(["service_started", "service_healthy", "service_completed_successfully"]), {
          description:
            "service_started: the app runs. service_healthy: its health check passes. service_completed_successfully: it has ended with exit code 0. Default: service_started.",
          default: "service_started",
          examples: ["service_healthy"],
        }),
      }),
    ),
  ]);

export type Healthcheck = z.output<ReturnType<typeof healthcheck>>;

/** The largest user or group id that container runtimes support. */
const MAX_ID = 2 ** 31 - 1;

/** Keys for other tools. In the JSON Schema only, since they are removed before validation. */
const extensions = { patternProperties: { "^x-": {} } };

const words = () => z.union([text, z.array(text)]);
const port = () => wholeNumber(1, 65535);

const routing = () =>
  z.strictObject({
    expose: optional(flag, {
      description: "Whether Traefik routes to the app. Requires port. Default: false.",
      default: false,
      examples: [true],
    }),
    port: optional(port(), {
      description: "Port of the app in the container. The app gets it as PORT.",
      examples: [8080],
    }),
    hostname: optional(text.regex(/^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/, "expected a host name"), {
      description:
        "Additional name of the app under OPENFACTORY_BASE_DOMAIN, or the full host name if that variable is not set.",
      examples: ["dashboard"],
    }),
  });

const metrics = () =>
  z.strictObject({
    port: required(port(), { description: "Port in the container.", examples: [9090] }),
    path: optional(text.regex(/^\//, "expected a path that begins with /"), {
      description: "Path of the metrics. Default: /metrics.",
      default: "/metrics",
      examples: ["/metrics"],
    }),
  });

const uns = () =>
  optional(z.record(z.string(), z.unknown()), {
    description: "Place in the Unified Namespace, as keys of your choice. Kept as labels.",
    examples: [{ location: "hall-3", workcenter: "press" }],
  });

/** One entry of `apps:`. */
const appShape = deferredShape({
  uuid: required(patternText(SERVICE_NAME), {
    description:
      "Unique name of the app in OpenFactory: 2 to 63 letters, digits, - and _. Its lowercase form is the name of the service.",
    examples: ["HALL-3-PRESS"],
  }),
  image: required(patternText(IMAGE), {
    description: "Image reference: [registry/]repository[:tag][@digest].",
    examples: ["nginx:1.29", "registry.example.com:5000/plant/press:2.4"],
  }),
  image_pull_policy: () =>
    optional(z.enum(["missing", "always", "never"]), {
      description:
        "missing: pull if the engine does not have the image. always: pull first. never: don't contact a registry. Default: missing.",
      default: "missing",
      examples: ["always"],
    }),
  runtime_uid: () =>
    optional(wholeNumber(1, MAX_ID), {
      description: "User id of the process. Requires runtime_gid. Default: the image's user.",
      examples: [1000],
    }),
  runtime_gid: () =>
    optional(wholeNumber(1, MAX_ID), {
      description: "Group id of the process. Requires runtime_uid. Default: the image's group.",
      examples: [1000],
    }),
  user: () =>
    optional(patternText(USER), {
      description:
        "User and group of the process, by name or id. Alternative to runtime_uid and runtime_gid. Default: the image's.",
      examples: ["1000:1000", "app"],
    }),
  openfactory_variables: () =>
    optional(flag, {
      description: "Whether the app gets the variables that OpenFactory adds, such as APP_UUID. Default: true.",
      default: true,
      examples: [false],
    }),
  environment: () =>
    optional(z.union([z.array(patternText(VARIABLE)), scalarMap]), {
      description: "Environment variables, as a list of KEY=VALUE or a mapping.",
      examples: [["LOG_LEVEL=info", "DB_HOST=${DB_HOST:-db}"], { LOG_LEVEL: "info" }],
    }),
  env_file: () =>
    optional(envFile, {
      description:
        "Env files with variables of the app. Later files override earlier ones. Variables in environment override all.",
      examples: ["./line.env", ["./common.env", { path: "./local.env", required: false }]],
    }),
  storage: () =>
    optional(storage, {
      description: "Storage by name: NFS exports, local directories, and Docker volumes.",
      examples: [
        { archive: { type: "volume", mount_point: "/archive" } },
        { recipes: { type: "nfs", server: "nfs.example.com", remote_path: "/srv/recipes", mount_point: "/recipes" } },
      ],
    }),
  networks: () =>
    optional(z.array(patternText(NOT_BLANK)).max(100, "expected at most 100 networks"), {
      description: "Names of networks that the app joins, declared in this file or existing. Default: the engine's.",
      examples: [["factory-net"]],
    }),
  network_aliases: () =>
    optional(z.array(patternText(ALIAS)), {
      description: "Further names by which other apps find this app on its networks. Its service name is always one.",
      examples: [["db"]],
    }),
  routing: () =>
    optional(routing(), {
      description: "The app's HTTP port, and whether Traefik routes to it.",
      examples: [{ expose: true, port: 8080 }],
    }),
  metrics: () =>
    optional(metrics(), {
      description: "Where the app serves Prometheus metrics. Kept as labels.",
      examples: [{ port: 9090 }],
    }),
  uns,
  deploy: () =>
    optional(deploy, {
      description: "Number of instances, resources, placement, and updates.",
      examples: [{ replicas: 2, resources: { limits: { memory: "512Mi" } } }],
    }),
  command: () =>
    optional(words(), {
      description:
        "Replaces the image's entrypoint: a list, or a line that is split as in a shell. Default: the image's.",
      examples: ["python -m press --line 3", ["python", "-m", "press"]],
    }),
  args: () =>
    optional(words(), {
      description: "Arguments of command, or of the image's entrypoint. Default: the image's.",
      examples: ["--line 3", ["--line", "3"]],
    }),
  ports: () =>
    optional(ports, {
      description:
        "Published ports: [[address:]host:]container[/protocol], where ports can be ranges, or a mapping with target.",
      examples: [["8080:80", "127.0.0.1:5353:53/udp"], [{ target: 80, published: 8080, mode: "host" }]],
    }),
  labels: () =>
    optional(z.union([z.array(patternText(LABEL)), scalarMap]), {
      description: "Labels of the service, as a list of KEY=VALUE or a mapping.",
      examples: [{ "com.example.line": "3" }, ["com.example.line=3"]],
    }),
  healthcheck: () =>
    optional(healthcheck(), {
      description: "How the engine checks the health of the app. Default: the image's.",
      examples: [{ test: "curl -f http://localhost:8080/health", interval: "10s" }, { disable: true }],
    }),
  depends_on: () =>
    optional(dependsOn(), {
      description: "Apps of the project that must start first, as a list of names or with a condition each.",
      examples: [["db"], { db: { condition: "service_healthy" } }],
    }),
  secrets: () =>
    optional(fileReferences, {
      description: "Secrets, declared in this file or existing, and their files in the container.",
      examples: [["db-password"], [{ source: "db-password", target: "/etc/app/password", mode: "0400" }]],
    }),
  configs: () =>
    optional(fileReferences, {
      description: "Configs, declared in this file or existing, and their files in the container.",
      examples: [["settings"], [{ source: "settings", target: "/etc/app/settings.yml" }]],
    }),
  restart: () =>
    optional(restart, {
      description:
        'When the app is restarted: "no", always, on-failure, on-failure:<attempts> or unless-stopped. Default: always.',
      default: "always",
      examples: ["on-failure:3"],
    }),
  stop_grace_period: () =>
    optional(duration, {
      description: "Time between the stop signal and the kill signal. Default: 10s.",
      default: "10s",
      examples: ["30s"],
    }),
  hostname: () =>
    optional(patternText(HOSTNAME), {
      description: "Host name inside the container, at most 64 characters. Default: chosen by the engine.",
      examples: ["press-3"],
    }),
  init: () =>
    optional(flag, {
      description: "Runs an init process that forwards signals and reaps processes. Default: the engine's.",
      examples: [true],
    }),
  read_only: () =>
    optional(flag, {
      description: "Mounts the root file system read-only. Default: false.",
      default: false,
      examples: [true],
    }),
  templates: () =>
    optional(z.enum(["expand", "literal"]), {
      description:
        "How {{...}} in environment, hostname and storage is used. expand: as a template of the platform. literal: as text. Default: text, and an error on a platform that expands templates.",
      examples: ["expand"],
    }),
  cap_add: () =>
    optional(z.array(patternText(CAPABILITY)), {
      description: "Kernel capabilities to add (capabilities(7)), or ALL.",
      examples: [["NET_ADMIN"]],
    }),
  cap_drop: () =>
    optional(z.array(patternText(CAPABILITY)), {
      description: "Kernel capabilities to drop (capabilities(7)), or ALL.",
      examples: [["ALL"]],
    }),
  ...hostSettings,
});

const appSchema = z.strictObject(appShape);

/** Validates an entry as {@link appSchema} does, in less time. */
export const validateApp = validatorOf(appSchema, appShape);

export type AppEntry = z.output<typeof appSchema>;

export const CONNECTOR_DOCS: KeyDocs = {
  description: "How OpenFactory reads the device: mtconnect, opcua, shdr, or the connector of a plugin.",
  examples: [{ type: "shdr", host: "192.0.2.7", port: 7878 }],
};

/** The file without the contents of its apps. Each app is validated separately, so that all findings are in one report. */
const outlineFields = {
  name: () =>
    optional(patternText(PROJECT_NAME), {
      description:
        "Name of the project: lowercase letters, digits, _ and -. Default: the name of the directory of this file.",
      examples: ["hall-3"],
    }),
  apps: () => z.record(z.string(), z.unknown()).optional(),
  devices: () => z.record(z.string(), z.unknown()).optional(),
  ...resources,
};
const outlineShape = deferredShape(outlineFields);
const outlineSchema = z.strictObject(outlineShape);

export const validateOutline = validatorOf(outlineSchema, outlineShape);

export type Outline = z.output<typeof outlineSchema>;

/** The whole file, for a JSON Schema. @param device the schema of a device with its connector. */
export function fileSchema(device: z.ZodType) {
  const app = appSchema.meta({ ...extensions, title: "App", description: "One app, deployed as one service." });
  return z
    .strictObject(
      deferredShape({
        ...outlineFields,
        apps: required(z.record(z.string(), app).optional(), {
          description: "The apps, by a name that commands use.",
          examples: [{ press: { uuid: "HALL-3-PRESS", image: "nginx:1.29" } }],
        }),
        devices: required(z.record(z.string(), device).optional(), {
          description: "The devices, by a name that commands use.",
          examples: [{ "cnc-7": { uuid: "CNC-7", connector: { type: "shdr", host: "192.0.2.7", port: 7878 } } }],
        }),
      }),
    )
    .meta({
      ...extensions,
      anyOf: [{ required: ["apps"] }, { required: ["devices"] }],
      title: "OpenFactory file",
      description: "The apps and devices of a project that ofdeploy deploys.",
    });
}

/** One entry of `devices:`, without the connector's keys, which the connector's own schema validates. */
export const deviceSchema = deferred(() =>
  z
    .strictObject({
      uuid: required(text.min(1, "must not be empty"), {
        description: "Unique name of the device in OpenFactory. Its lowercase form begins the names of its services.",
        examples: ["CNC-7"],
      }),
      uns: uns(),
      connector: required(z.looseObject({ type: text }), CONNECTOR_DOCS),
      ksql_tables: optional(z.array(z.enum(["device", "producer", "agent"])), {
        description: "Accepted for compatibility with OpenFactory's files. Has no effect.",
        examples: [["device", "producer"]],
      }),
    })
    .meta({ title: "Device", description: "One device and its connector." }),
);

export type DeviceEntry = z.output<typeof deviceSchema>;
