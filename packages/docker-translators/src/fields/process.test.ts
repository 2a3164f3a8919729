import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHostInit, toServiceInit, toStopGracePeriod, toStopTimeout } from "./process.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });

it.each([true, false])("sends init %s", (init) => {
  expect(toHostInit(request({ init }))).toStrictEqual({ Init: init });
  expect(toServiceInit(request({ init }), api("1.37"))).toStrictEqual({ Init: init });
});

it("sends no init without the field, on any API", () => {
  expect([toHostInit(request({})), toServiceInit(request({}), api("1.36"))]).toStrictEqual([{}, {}]);
});

it("rejects init of a service below API 1.37", () => {
  expect(() => toServiceInit(request({ init: false }), api("1.36"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "init" }),
  );
});

it.each([
  [0, 0],
  [1_000_000, 1],
  [999_999_999, 1],
  [1_000_000_000, 1],
  [1_000_000_001, 2],
  [90e9, 90],
])("rounds a stopGracePeriod of %d ns up to %d s", (stopGracePeriod, seconds) => {
  const asked = request({ stopGracePeriod });
  expect(toStopTimeout(asked)).toStrictEqual({ StopTimeout: seconds });
  expect(toStopGracePeriod(asked)).toStrictEqual({ StopGracePeriod: seconds * 1e9 });
});

it("sends no grace period without stopGracePeriod", () => {
  expect([toStopTimeout(request({})), toStopGracePeriod(request({}))]).toStrictEqual([{}, {}]);
});
