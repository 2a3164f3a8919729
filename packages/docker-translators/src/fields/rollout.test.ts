import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toRollbackConfig, toUpdateConfig } from "./rollout.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const mill = { service: "mill" };

it("copies all settings", () => {
  const rollout = { Parallelism: 0, Delay: 0, Monitor: 5e9, MaxFailureRatio: 0.25, Order: "start-first" } as const;
  const updateConfig = { ...rollout, FailureAction: "rollback" } as const;
  const rollbackConfig = { ...rollout, FailureAction: "pause" } as const;
  expect(toUpdateConfig(request({ updateConfig }), mill)).toStrictEqual({ UpdateConfig: updateConfig });
  expect(toRollbackConfig(request({ rollbackConfig }))).toStrictEqual({ RollbackConfig: rollbackConfig });
});

it("updates one task at a time without Parallelism, as Swarm does without the section", () => {
  expect(toUpdateConfig(request({ updateConfig: { FailureAction: "rollback" } }), mill)).toStrictEqual({
    UpdateConfig: { Parallelism: 1, FailureAction: "rollback" },
  });
  expect(toRollbackConfig(request({ rollbackConfig: {} }))).toStrictEqual({ RollbackConfig: { Parallelism: 1 } });
});

it("sends nothing without the fields", () => {
  expect([toUpdateConfig(request({}), mill), toRollbackConfig(request({}))]).toStrictEqual([{}, {}]);
});

it("rejects updateConfig of a job", () => {
  const job = request({ mode: { GlobalJob: {} }, updateConfig: { Parallelism: 1 } });
  expect(() => toUpdateConfig(job, mill)).toThrow(
    expect.objectContaining({ code: "INVALID_REQUEST", field: "updateConfig", service: "mill" }),
  );
});
