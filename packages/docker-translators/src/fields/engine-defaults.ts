import type { Logging, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { HostConfig, InspectedContainer } from "../engine-api/container-types.js";
import type { TaskSpec } from "../engine-api/service-types.js";
import { copyDefined, withoutEmpty } from "../plain-data.js";
import { OPERATION_LABEL, OVERRIDES_LABEL } from "../strategy-labels.js";

/*
 * An engine fills in its own size of /dev/shm, log driver and log options (daemon.json), and inspect does not distinguish
 * them from those of a request. So a container that requests some of them has a label with their names.
 */

type DefaultedFields = Pick<NormalizedRequest, "shmSize" | "logging">;
type DefaultedSettings = Pick<ServiceSettings, keyof DefaultedFields>;

/** `shmSize` and `logging` to `ShmSize` and `LogConfig` of HostConfig. */
export function toHostDefaults({ shmSize, logging }: DefaultedFields): Pick<HostConfig, "ShmSize" | "LogConfig"> {
  const { driver = "", options = {} } = logging ?? {};
  return {
    ...(shmSize !== undefined && { ShmSize: shmSize }),
    ...(isSet(logging) && { LogConfig: { Type: driver, Config: { ...options } } }),
  };
}

const isSet = (logging: Logging | undefined): logging is Logging =>
  logging !== undefined && withoutEmpty(logging) !== undefined;

/** The label that lists the names of the fields that a request sets and for which the engine has defaults. */
export function toOverridesLabel({ shmSize, logging }: DefaultedFields): Record<string, string> {
  const names = [
    ...(shmSize === undefined ? [] : ["shmSize"]),
    ...(logging?.driver === undefined ? [] : ["logging.driver"]),
    ...Object.keys(logging?.options ?? {}).map((name) => `logging.options.${name}`),
  ];
  return names.length === 0 ? {} : { [OVERRIDES_LABEL]: names.join(" ") };
}

/** The size of `/dev/shm` of an engine that is not configured: Docker's, and Podman's. */
const SHM_SIZES: readonly number[] = [64 * 1024 ** 2, 65_536_000];
/** The log drivers of most engines: Docker's default, and those of distributions and of Podman. */
const LOG_DRIVERS: readonly string[] = ["json-file", "journald", "k8s-file"];

/**
 * `ShmSize` and `LogConfig` of HostConfig to `shmSize` and `logging`: as far as the container's label lists them. Of a
 * container of another tool, the values that differ from those of most engines.
 */
export function fromHostDefaults({ Config, HostConfig }: InspectedContainer): DefaultedSettings {
  const { ShmSize, LogConfig } = HostConfig;
  const { Type, Config: options } = LogConfig ?? {};
  const isOwn = Config.Labels?.[OVERRIDES_LABEL] !== undefined || Config.Labels?.[OPERATION_LABEL] !== undefined;
  if (!isOwn) {
    return {
      ...(ShmSize && !SHM_SIZES.includes(ShmSize) && { shmSize: ShmSize }),
      ...toLogging({ driver: LOG_DRIVERS.includes(Type ?? "") ? undefined : Type, options: options ?? undefined }),
    };
  }
  const names = new Set(Config.Labels[OVERRIDES_LABEL]?.split(" "));
  const requested = Object.entries(options ?? {}).filter(([name]) => names.has(`logging.options.${name}`));
  return {
    ...(names.has("shmSize") && ShmSize && { shmSize: ShmSize }),
    ...toLogging({
      driver: names.has("logging.driver") ? Type : undefined,
      options: Object.fromEntries(requested),
    }),
  };
}

function toLogging(logging: { driver: string | undefined; options: Readonly<Record<string, string>> | undefined }) {
  const set = withoutEmpty(logging);
  return set === undefined ? {} : { logging: copyDefined(set) as Logging };
}

/** `logging` to `LogDriver` of TaskSpec. */
export const toTaskLogging = ({ logging }: DefaultedFields): Pick<TaskSpec, "LogDriver"> =>
  isSet(logging) ? { LogDriver: { Name: logging.driver ?? "", Options: { ...logging.options } } } : {};

/** `LogDriver` of TaskSpec to `logging`: a swarm returns only what was requested. */
export const fromTaskLogging = ({ LogDriver }: Answered<Pick<TaskSpec, "LogDriver">>): DefaultedSettings =>
  toLogging({ driver: LogDriver?.Name, options: LogDriver?.Options ?? undefined });
