import { isDeepStrictEqual } from "node:util";
import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { requireApi, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { HealthConfig, ImageConfig, InspectedContainer } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";
import { copyDefined } from "../plain-data.js";

type HealthcheckSetting = Pick<ServiceSettings, "healthcheck">;

/**
 * `healthcheck` to `Healthcheck` of ContainerConfig and of ContainerSpec. The API's reference spells the latter
 * `HealthCheck`; engines accept either, and answer with this. Durations are nanoseconds; 0 or missing: the image's value,
 * or the engine's.
 * @throws DeploymentError `UNSUPPORTED` for `StartInterval` below API 1.44.
 */
export function toHealthcheck(
  { healthcheck }: Pick<NormalizedRequest, "healthcheck">,
  context: TranslationContext,
): { Healthcheck?: HealthConfig } {
  if (healthcheck === undefined) return {};
  if (healthcheck.StartInterval) requireApi(context, "1.44", "healthcheck.StartInterval");
  return { Healthcheck: copyDefined(healthcheck) };
}

/** The engine's defaults (nanoseconds; Engine API, HealthConfig). */
const DEFAULTS = { Interval: 30e9, Timeout: 30e9, Retries: 3, StartPeriod: 0, StartInterval: 5e9 } as const;

type NumberKey = keyof typeof DEFAULTS;

const NUMBER_KEYS = Object.keys(DEFAULTS) as NumberKey[];

/** `Healthcheck` of ContainerConfig to `healthcheck`, with the numbers that differ from what the container inherits. */
export function fromContainerHealthcheck(
  { Healthcheck }: InspectedContainer["Config"],
  image: ImageConfig,
): HealthcheckSetting {
  const inherited = image.Healthcheck ?? {};
  const test = Healthcheck?.Test ?? [];
  // An empty test is the image's. NONE has no effect if the image has no health check.
  if (test.length === 0 || (test[0] === "NONE" && !inherited.Test?.length)) return {};
  const [actual, usual] = [effectiveNumbers(Healthcheck ?? {}, inherited), effectiveNumbers({}, inherited)];
  const changed = NUMBER_KEYS.filter((key) => actual[key] !== usual[key]);
  if (changed.length === 0 && isDeepStrictEqual(test, inherited.Test)) return {};
  return { healthcheck: { Test: [...test], ...Object.fromEntries(changed.map((key) => [key, actual[key]])) } };
}

/** The numbers that are in effect: the check's own, the image's, or the engine's. */
const effectiveNumbers = (check: Answered<HealthConfig>, image: Answered<HealthConfig>): Record<NumberKey, number> =>
  Object.fromEntries(NUMBER_KEYS.map((key) => [key, check[key] || image[key] || DEFAULTS[key]])) as Record<
    NumberKey,
    number
  >;

/**
 * The health check of a new container (moby, daemon/commit.go `merge`): the image's, or the request's with the image's
 * numbers where its own are 0 or missing.
 */
export function mergeHealthcheck(
  requested: HealthConfig | undefined,
  image: ImageConfig["Healthcheck"],
): ImageConfig["Healthcheck"] {
  if (requested === undefined) return image?.Test && { ...image, Test: image.Test };
  return { ...image, ...Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== 0)) };
}

/** `Healthcheck` of ContainerSpec to `healthcheck`. A number of 0 is the same as none. */
export function fromServiceHealthcheck({
  Healthcheck,
}: Answered<Pick<ContainerSpec, "Healthcheck">>): HealthcheckSetting {
  if (!Healthcheck || Object.values(Healthcheck).every((value) => !value)) return {};
  const numbers = NUMBER_KEYS.map((key) => [key, Healthcheck[key] || undefined]);
  return { healthcheck: copyDefined({ Test: [...(Healthcheck.Test ?? [])], ...Object.fromEntries(numbers) }) };
}
