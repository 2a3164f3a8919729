import type { DeployRequest, Mount, NormalizedRequest } from "@openfactory/deploy-core";
import { compact } from "../schema/scalars.js";
import { type Printer, splitEnv } from "./printer.js";

type Entry = Record<string, unknown>;

const UNITS = [
  ["h", 3600e9],
  ["m", 60e9],
  ["s", 1e9],
  ["ms", 1e6],
  ["us", 1e3],
  ["ns", 1],
] as const;

/** Nanoseconds as `1m30s`. */
function durationText(nanoseconds: number): string {
  let rest = nanoseconds;
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.join("") || "0s";
}

/** Bytes as `512m`. */
function sizeText(bytes: number): string {
  const [unit, size] = (
    [
      ["g", 1024 ** 3],
      ["m", 1024 ** 2],
      ["k", 1024],
    ] as const
  ).find(([, each]) => bytes % each === 0) ?? ["b", 1];
  return `${bytes / size}${unit}`;
}

const cpus = (nano: number | undefined): string | undefined => (nano === undefined ? undefined : String(nano / 1e9));
const octal = (mode: number): string => `0${mode.toString(8)}`;

/** An entry without its empty parts; undefined if nothing is left. */
export const part = (fields: Entry): Entry | undefined => {
  const given = Object.entries(fields).filter(
    ([, value]) =>
      value !== undefined && !(typeof value === "object" && value !== null && Object.keys(value).length === 0),
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

/** The keys that app files and Compose files spell alike. */
export function commonKeys(printer: Printer): Entry {
  const request = printer.request as NormalizedRequest;
  const { files, own } = splitEnv(printer);
  const { dns, logging } = request;
  return {
    env_file: files.length > 0 ? files : undefined,
    environment: own.length > 0 ? Object.fromEntries(own) : undefined,
    labels: labelsOf(printer),
    ports: request.ports?.map(portEntry),
    healthcheck: healthcheckEntry(printer),
    stop_grace_period: request.stopGracePeriod === undefined ? undefined : durationText(request.stopGracePeriod),
    stop_signal: request.stopSignal,
    hostname: request.hostname === undefined ? undefined : printer.text(["hostname"], request.hostname),
    working_dir: request.workingDir === undefined ? undefined : printer.text(["workingDir"], request.workingDir),
    init: request.init,
    read_only: request.readOnly,
    tty: request.tty,
    stdin_open: request.openStdin,
    privileged: request.privileged,
    cap_add: request.capAdd,
    cap_drop: request.capDrop,
    devices: request.devices?.map(({ source, target, permissions }) => `${source}:${target}:${permissions}`),
    group_add: request.groupAdd,
    extra_hosts: request.extraHosts,
    dns: dns?.servers,
    dns_search: dns?.search,
    dns_opt: dns?.options,
    sysctls: request.sysctls,
    shm_size: request.shmSize === undefined ? undefined : sizeText(request.shmSize),
    logging:
      logging && part({ driver: logging.driver, options: logging.options && printedOptions(printer, logging.options) }),
    secrets: request.secrets && references(printer, "secrets"),
    configs: request.configs && references(printer, "configs"),
  };
}

const printedOptions = (printer: Printer, options: Readonly<Record<string, string>>): Entry =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, printer.text(["logging", "options", key], value)]),
  );

function labelsOf(printer: Printer): Entry | undefined {
  const { labels } = printer.request;
  return (
    labels &&
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, printer.text(["labels", key], value)]))
  );
}

/** The short form, unless the port has a mode. */
function portEntry({
  target,
  published,
  protocol = "tcp",
  hostAddress,
  mode = "ingress",
}: NonNullable<NormalizedRequest["ports"]>[number]): unknown {
  if (mode !== "ingress") {
    return part({
      target,
      published: published === undefined ? undefined : String(published),
      host_ip: hostAddress,
      protocol,
      mode,
    });
  }
  const address = hostAddress === undefined ? "" : `${hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress}:`;
  const host = published === undefined ? (address === "" ? "" : `${address}:`) : `${address}${published}:`;
  return `${host}${target}${protocol === "tcp" ? "" : `/${protocol}`}`;
}

function healthcheckEntry(printer: Printer): Entry | undefined {
  const { healthcheck } = printer.request as NormalizedRequest;
  if (healthcheck === undefined) return undefined;
  const { Test, Interval, Timeout, Retries, StartPeriod, StartInterval } = healthcheck;
  if (Test?.[0] === "NONE") return { disable: true };
  const time = (nanoseconds: number | undefined) => (nanoseconds === undefined ? undefined : durationText(nanoseconds));
  return part({
    test: Test === undefined || Test.length === 0 ? undefined : printer.texts(["healthcheck", "Test"], Test),
    interval: time(Interval),
    timeout: time(Timeout),
    retries: Retries,
    start_period: time(StartPeriod),
    start_interval: time(StartInterval),
  });
}

/** `deploy`, without `placement` if there is nothing in it. */
export function deployEntry(printer: Printer, limits: Entry = {}): Entry | undefined {
  const { mode, resources, constraints, restart, updateConfig, rollbackConfig } = printer.request as NormalizedRequest;
  const { Limits, Reservations } = resources ?? {};
  const hasTimes = restart?.Delay !== undefined || restart?.Window !== undefined;
  const hasAttempts = restart?.MaxAttempts !== undefined && restart.Condition !== "on-failure";
  return part({
    ...modeKeys(mode),
    resources: part({
      limits: part({ cpus: cpus(Limits?.NanoCPUs), memory: size(Limits?.MemoryBytes), pids: Limits?.Pids, ...limits }),
      reservations: part({ cpus: cpus(Reservations?.NanoCPUs), memory: size(Reservations?.MemoryBytes) }),
    }),
    placement: constraints && part({ constraints: printer.texts(["constraints"], constraints) }),
    restart_policy: hasTimes || hasAttempts ? policyEntry(restart) : undefined,
    update_config: updateConfig && rolloutEntry(updateConfig),
    rollback_config: rollbackConfig && rolloutEntry(rollbackConfig),
  });
}

const size = (bytes: number | undefined): string | undefined => (bytes === undefined ? undefined : sizeText(bytes));

function modeKeys(mode: NormalizedRequest["mode"]): Entry {
  if (mode === undefined) return {};
  if ("Replicated" in mode) return { replicas: mode.Replicated.Replicas };
  if ("Global" in mode) return { mode: "global" };
  if ("GlobalJob" in mode) return { mode: "global-job" };
  return { mode: "replicated-job", replicas: mode.ReplicatedJob.TotalCompletions };
}

const policyEntry = ({
  Condition,
  Delay,
  MaxAttempts,
  Window,
}: NonNullable<NormalizedRequest["restart"]>): Entry | undefined =>
  part({
    condition: Condition,
    delay: Delay === undefined ? undefined : durationText(Delay),
    max_attempts: MaxAttempts,
    window: Window === undefined ? undefined : durationText(Window),
  });

const RESTARTS: Readonly<Record<string, string>> = { none: "no", any: "always", "on-failure": "on-failure" };

/** `restart`, unless `deploy.restart_policy` says it. */
export function restartText({ restart }: DeployRequest, standard?: string): string | undefined {
  if (restart === undefined) return standard;
  const { Condition = "any", Delay, Window, MaxAttempts } = restart;
  if (Delay !== undefined || Window !== undefined) return undefined;
  if (MaxAttempts === undefined) return RESTARTS[Condition];
  return Condition === "on-failure" ? `on-failure:${MaxAttempts}` : undefined;
}

function rolloutEntry(
  config: NonNullable<NormalizedRequest["updateConfig"]> | NonNullable<NormalizedRequest["rollbackConfig"]>,
): Entry | undefined {
  const { Parallelism, Delay, Monitor, MaxFailureRatio, Order, FailureAction } = config;
  return part({
    parallelism: Parallelism,
    delay: Delay === undefined ? undefined : durationText(Delay),
    monitor: Monitor === undefined ? undefined : durationText(Monitor),
    max_failure_ratio: MaxFailureRatio,
    order: Order,
    failure_action: FailureAction,
  });
}

/** References by the names in the file, in the short form where nothing else is set. */
function references(printer: Printer, kind: "secrets" | "configs"): unknown[] {
  const { resources } = printer.conversion.project;
  const all = (printer.request as NormalizedRequest)[kind] ?? [];
  return all.map(({ name, target, uid, gid, mode }) => {
    const declared = resources.find(({ spec }) => `${spec.kind}s` === kind && spec.name === name);
    const source = declared?.key ?? name;
    const standard = kind === "secrets" ? source : `/${source}`;
    const entry = compact({
      source,
      target: target === standard ? undefined : target,
      uid,
      gid,
      mode: mode === undefined ? undefined : octal(mode),
    });
    return Object.keys(entry).length === 1 ? source : entry;
  });
}

/** The tmpfs mounts as `/run:size=64m,mode=1777`. */
export const tmpfsEntries = (mounts: readonly Mount[]): string[] | undefined => {
  const entries = mounts
    .filter(({ Type }) => Type === "tmpfs")
    .map(({ Target, ReadOnly, TmpfsOptions }) => {
      const options = [
        ...(TmpfsOptions?.SizeBytes === undefined ? [] : [`size=${sizeText(TmpfsOptions.SizeBytes)}`]),
        ...(TmpfsOptions?.Mode === undefined ? [] : [`mode=${TmpfsOptions.Mode.toString(8).padStart(3, "0")}`]),
        ...(ReadOnly ? ["ro"] : []),
      ];
      return options.length === 0 ? Target : `${Target}:${options.join(",")}`;
    });
  return entries.length === 0 ? undefined : entries;
};

/** `depends_on`, by the names in the new file. */
export function dependsOnEntry({ app, conversion }: Printer, keyOf: (service: string) => string): unknown {
  const { dependsOn } = app.app;
  if (dependsOn.length === 0) return undefined;
  const known = new Set(conversion.located.map((each) => each.app.service));
  const kept = dependsOn.filter(({ service }) => known.has(service));
  if (kept.every(({ condition }) => condition === "service_started")) return kept.map(({ service }) => keyOf(service));
  return Object.fromEntries(kept.map(({ service, condition }) => [keyOf(service), { condition }]));
}
