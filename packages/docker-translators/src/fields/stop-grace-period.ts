import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerCreateBody } from "../engine-api/container.js";
import type { ContainerSpec } from "../engine-api/service.js";

type StopGracePeriodField = Pick<NormalizedRequest, "stopGracePeriod">;

const NANOSECONDS_A_SECOND = 1_000_000_000;
const wholeSeconds = (nanoseconds: number): number => Math.ceil(nanoseconds / NANOSECONDS_A_SECOND);

/** `stopGracePeriod` to `StopTimeout` of ContainerConfig, in seconds, rounded up. 0: killed at once. */
export const toStopTimeout = ({ stopGracePeriod }: StopGracePeriodField): Pick<ContainerCreateBody, "StopTimeout"> =>
  stopGracePeriod === undefined ? {} : { StopTimeout: wholeSeconds(stopGracePeriod) };

/**
 * `stopGracePeriod` to `StopGracePeriod` of ContainerSpec, in nanoseconds, rounded up to whole seconds: the swarm's
 * agent rounds down, so that half a second would be none.
 */
export const toStopGracePeriod = ({ stopGracePeriod }: StopGracePeriodField): Pick<ContainerSpec, "StopGracePeriod"> =>
  stopGracePeriod === undefined ? {} : { StopGracePeriod: wholeSeconds(stopGracePeriod) * NANOSECONDS_A_SECOND };
