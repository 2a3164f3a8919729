import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { requireApi, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type {
  ContainerCreateBody,
  HostConfig,
  ImageConfig,
  InspectedContainer,
} from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";

type ProcessFields = Pick<NormalizedRequest, "user" | "hostname">;

/** `user` and `hostname` to `User` and `Hostname` of ContainerConfig and ContainerSpec. */
export const toUserAndHostname = ({ user, hostname }: ProcessFields): { User?: string; Hostname?: string } => ({
  ...(user !== undefined && { User: user }),
  ...(hostname !== undefined && { Hostname: hostname }),
});

/** `User` of ContainerConfig to `user`, unless it is the image's. */
export const fromContainerUser = (
  { User }: InspectedContainer["Config"],
  image: ImageConfig,
): Pick<ServiceSettings, "user"> => (!User || User === image.User ? {} : { user: User });

/**
 * `Hostname` of ContainerConfig to `hostname`. A container that requests none has the beginning of its id, or on the host's
 * network the name of the host.
 */
export function fromContainerHostname({
  Id,
  Config: { Hostname },
  HostConfig,
}: InspectedContainer): Pick<ServiceSettings, "hostname"> {
  return !Hostname || Id.startsWith(Hostname) || HostConfig.NetworkMode === "host" ? {} : { hostname: Hostname };
}

/** `User`, `Hostname` and `ReadOnly` of ContainerSpec to `user`, `hostname` and `readOnly`. */
export const fromServiceProcess = ({
  User,
  Hostname,
  ReadOnly,
}: Answered<Pick<ContainerSpec, "User" | "Hostname" | "ReadOnly">>): Pick<
  ServiceSettings,
  "user" | "hostname" | "readOnly"
> => ({
  ...(User && { user: User }),
  ...(Hostname && { hostname: Hostname }),
  ...(ReadOnly && { readOnly: true }),
});

/** `ReadonlyRootfs` of HostConfig to `readOnly`. */
export const fromReadonlyRootfs = ({
  ReadonlyRootfs,
}: Answered<Pick<HostConfig, "ReadonlyRootfs">>): Pick<ServiceSettings, "readOnly"> =>
  ReadonlyRootfs ? { readOnly: true } : {};

type InitField = Pick<NormalizedRequest, "init">;

/** `init` to `Init` of HostConfig. Default: as the engine is configured. */
export const toHostInit = ({ init }: InitField): Pick<HostConfig, "Init"> => (init === undefined ? {} : { Init: init });

/**
 * `init` to `Init` of ContainerSpec. Default: as the node's engine is configured.
 * @throws DeploymentError `UNSUPPORTED` below API 1.37.
 */
export function toServiceInit({ init }: InitField, context: TranslationContext): Pick<ContainerSpec, "Init"> {
  if (init === undefined) return {};
  requireApi(context, "1.37", "init");
  return { Init: init };
}

/** `Init` of HostConfig and ContainerSpec to `init`. */
export const fromInit = ({ Init }: { readonly Init?: boolean | null }): Pick<ServiceSettings, "init"> =>
  typeof Init === "boolean" ? { init: Init } : {};

type StopGracePeriodField = Pick<NormalizedRequest, "stopGracePeriod">;

const NANOSECONDS_PER_SECOND = 1_000_000_000;
/** The engine's default, and that of the swarm's agent. */
const DEFAULT_STOP_SECONDS = 10;

const wholeSeconds = (nanoseconds: number): number => Math.ceil(nanoseconds / NANOSECONDS_PER_SECOND);

/** `stopGracePeriod` to `StopTimeout` of ContainerConfig, in seconds, rounded up. 0: killed at once. */
export const toStopTimeout = ({ stopGracePeriod }: StopGracePeriodField): Pick<ContainerCreateBody, "StopTimeout"> =>
  stopGracePeriod === undefined ? {} : { StopTimeout: wholeSeconds(stopGracePeriod) };

/**
 * `stopGracePeriod` to `StopGracePeriod` of ContainerSpec, in nanoseconds, rounded up to whole seconds: the swarm's agent
 * rounds down, so that half a second would become 0.
 */
export const toStopGracePeriod = ({ stopGracePeriod }: StopGracePeriodField): Pick<ContainerSpec, "StopGracePeriod"> =>
  stopGracePeriod === undefined ? {} : { StopGracePeriod: wholeSeconds(stopGracePeriod) * NANOSECONDS_PER_SECOND };

/** `StopTimeout` of ContainerConfig to `stopGracePeriod`, unless it is the default. */
export const fromStopTimeout = ({
  StopTimeout,
}: Answered<Pick<ContainerCreateBody, "StopTimeout">>): StopGracePeriodField =>
  typeof StopTimeout !== "number" || StopTimeout === DEFAULT_STOP_SECONDS
    ? {}
    : { stopGracePeriod: StopTimeout * NANOSECONDS_PER_SECOND };

/** `StopGracePeriod` of ContainerSpec to `stopGracePeriod`, unless it is the default. 0 is not the default. */
export const fromStopGracePeriod = ({
  StopGracePeriod,
}: Answered<Pick<ContainerSpec, "StopGracePeriod">>): StopGracePeriodField =>
  typeof StopGracePeriod !== "number" || StopGracePeriod === DEFAULT_STOP_SECONDS * NANOSECONDS_PER_SECOND
    ? {}
    : { stopGracePeriod: StopGracePeriod };
