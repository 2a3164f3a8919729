import type { ServiceSettings } from "@openfactory/deploy-core";
import { isDeepStrictEqual } from "node:util";
import type { Answered } from "../engine-api/body.js";
import type { HealthConfig } from "../engine-api/container.js";
import type { ImageConfig, InspectedContainer } from "../engine-api/container.js";

/** The engine's own (nanoseconds; Engine API, HealthConfig). */
const DEFAULTS = { Interval: 30e9, Timeout: 30e9, Retries: 3, StartPeriod: 0, StartInterval: 5e9 } as const;

type Times = keyof typeof DEFAULTS;

/** The check with each of its times as they hold: its own, the image's, or the engine's. */
const inForce = (check: Answered<HealthConfig> | undefined, image: Answered<HealthConfig>): Record<Times, number> =>
  Object.fromEntries(
    Object.entries(DEFAULTS).map(([key, value]) => [key, check?.[key as Times] || image[key as Times] || value]),
  ) as Record<Times, number>;

/** The check that was asked for, with the times in which it differs from what would hold anyway. */
export function healthcheckOf(
  { Healthcheck }: InspectedContainer["Config"],
  image: ImageConfig,
): Pick<ServiceSettings, "healthcheck"> {
  const ofImage = image.Healthcheck ?? {};
  const test = Healthcheck?.Test ?? [];
  // An empty test is the image's; NONE where there is none is nothing.
  if (test.length === 0 || (test[0] === "NONE" && !ofImage.Test?.length)) return {};
  const [own, given] = [inForce(Healthcheck ?? {}, ofImage), inForce(undefined, ofImage)];
  const times = (Object.keys(DEFAULTS) as Times[]).filter((key) => own[key] !== given[key]);
  if (times.length === 0 && isDeepStrictEqual(test, ofImage.Test)) return {};
  return { healthcheck: { Test: [...test], ...Object.fromEntries(times.map((key) => [key, own[key]])) } };
}
