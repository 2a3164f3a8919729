import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toStopGracePeriod, toStopTimeout } from "./stop-grace-period.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it.each([
  [0, 0],
  [1_000_000, 1],
  [999_999_999, 1],
  [1_000_000_000, 1],
  [1_000_000_001, 2],
  [90e9, 90],
])("gives %d nanoseconds as %d seconds", (stopGracePeriod, seconds) => {
  const asked = request({ stopGracePeriod });
  expect(toStopTimeout(asked)).toStrictEqual({ StopTimeout: seconds });
  expect(toStopGracePeriod(asked)).toStrictEqual({ StopGracePeriod: seconds * 1e9 });
});

it("leaves the engine's default", () => {
  expect([toStopTimeout(request({})), toStopGracePeriod(request({}))]).toStrictEqual([{}, {}]);
});
