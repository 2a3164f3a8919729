import type { ServiceSettings } from "@openfactory/deploy-core";
import type { HealthConfig } from "../engine-api/container.js";
import type { Answered } from "../engine-api/body.js";
import { copyDefined } from "../support/copy-defined.js";

/** `Healthcheck` of ContainerSpec to `healthcheck`. A time or count of 0 is one that was left out. */
export function fromHealthcheck({
  Healthcheck,
}: {
  readonly Healthcheck?: Answered<HealthConfig> | null;
}): Pick<ServiceSettings, "healthcheck"> {
  if (!Healthcheck || Object.values(Healthcheck).every((value) => !value)) return {};
  const { Test, Interval, Timeout, Retries, StartPeriod, StartInterval } = Healthcheck;
  return {
    healthcheck: copyDefined({
      Test: [...(Test ?? [])],
      Interval: Interval || undefined,
      Timeout: Timeout || undefined,
      Retries: Retries || undefined,
      StartPeriod: StartPeriod || undefined,
      StartInterval: StartInterval || undefined,
    }),
  };
}
