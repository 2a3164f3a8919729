import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { isJob, toServiceMode } from "./mode.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });

it("defaults to one replica", () => {
  expect(toServiceMode(request({}), api("1.25"))).toStrictEqual({ Mode: { Replicated: { Replicas: 1 } } });
});

it.each([
  { Replicated: { Replicas: 0 } },
  { Replicated: { Replicas: 7 } },
  { Global: {} },
  { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 4 } },
  { ReplicatedJob: {} },
  { GlobalJob: {} },
])("copies mode %j", (mode) => {
  const asked = request({ mode });
  expect(toServiceMode(asked, api("1.41"))).toStrictEqual({ Mode: mode });
  expect(toServiceMode(asked, api("1.41")).Mode).not.toBe(asked.mode);
});

it.each([{ ReplicatedJob: {} }, { GlobalJob: {} }])("rejects mode %j below API 1.41", (mode) => {
  expect(isJob(request({ mode }))).toBe(true);
  expect(() => toServiceMode(request({ mode }), api("1.40"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "mode" }),
  );
});

it.each([undefined, { Replicated: {} }, { Global: {} }])("isJob() is false for mode %j", (mode) => {
  expect(isJob(request({ mode }))).toBe(false);
});
