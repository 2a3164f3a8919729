import type { ServiceSettings } from "@openfactory/deploy-core";
import type { InspectedContainer } from "../engine-api/container.js";
import { copyDefined, hasKeys } from "../support/copy-defined.js";

type HostConfig = InspectedContainer["HostConfig"];

/** The engine's zero stands for no limit; -1 does so for processes. */
const limit = (value: number | null | undefined): number | undefined => (value && value > 0 ? value : undefined);

export function resourcesOf(config: HostConfig): Pick<ServiceSettings, "resources"> {
  const Limits = copyDefined({
    NanoCPUs: limit(config.NanoCpus),
    MemoryBytes: limit(config.Memory),
    Pids: limit(config.PidsLimit),
  });
  const Reservations = copyDefined({ MemoryBytes: limit(config.MemoryReservation) });
  const resources = { ...(hasKeys(Limits) && { Limits }), ...(hasKeys(Reservations) && { Reservations }) };
  return hasKeys(resources) ? { resources } : {};
}

export function openFilesOf({ Ulimits }: HostConfig): Pick<ServiceSettings, "openFiles"> {
  const nofile = Ulimits?.find(({ Name }) => Name === "nofile");
  return nofile === undefined ? {} : { openFiles: nofile.Soft };
}

/** Always is the default: `unless-stopped` here, and `always` from other hands. */
export function restartOf({ RestartPolicy }: HostConfig): Pick<ServiceSettings, "restart"> {
  switch (RestartPolicy?.Name) {
    case "unless-stopped":
    case "always":
      return {};
    case "on-failure": {
      const MaxAttempts = limit(RestartPolicy.MaximumRetryCount);
      return { restart: { Condition: "on-failure", ...(MaxAttempts && { MaxAttempts }) } };
    }
    default:
      return { restart: { Condition: "none" } };
  }
}

const DEFAULT_GRACE_SECONDS = 10;
const NANOSECONDS_A_SECOND = 1_000_000_000;

export const stopGracePeriodOf = ({
  StopTimeout,
}: InspectedContainer["Config"]): Pick<ServiceSettings, "stopGracePeriod"> =>
  typeof StopTimeout !== "number" || StopTimeout === DEFAULT_GRACE_SECONDS
    ? {}
    : { stopGracePeriod: StopTimeout * NANOSECONDS_A_SECOND };

export const initOf = ({ Init }: HostConfig): Pick<ServiceSettings, "init"> =>
  typeof Init === "boolean" ? { init: Init } : {};

export const readOnlyOf = ({ ReadonlyRootfs }: HostConfig): Pick<ServiceSettings, "readOnly"> =>
  ReadonlyRootfs ? { readOnly: true } : {};

const plainNames = (capabilities: readonly string[] | null | undefined): string[] =>
  (capabilities ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, "")).sort();

export function capabilitiesOf({ CapAdd, CapDrop }: HostConfig): Pick<ServiceSettings, "capAdd" | "capDrop"> {
  const [capAdd, capDrop] = [plainNames(CapAdd), plainNames(CapDrop)];
  return { ...(capAdd.length > 0 && { capAdd }), ...(capDrop.length > 0 && { capDrop }) };
}
