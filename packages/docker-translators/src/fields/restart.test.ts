import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHostRestartPolicy, toTaskRestartPolicy } from "./restart.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const mill = { service: "mill" };

it("restarts containers and tasks always by default", () => {
  expect(toHostRestartPolicy(request({}))).toStrictEqual({ RestartPolicy: { Name: "unless-stopped" } });
  expect(toTaskRestartPolicy(request({}), mill)).toStrictEqual({ RestartPolicy: { Condition: "any" } });
});

it.each([
  [{ Condition: "none" }, { Name: "no" }],
  [{ Condition: "none", MaxAttempts: 3 }, { Name: "no" }],
  [{ Condition: "on-failure" }, { Name: "on-failure" }],
  [{ Condition: "on-failure", MaxAttempts: 0 }, { Name: "on-failure" }],
  [
    { Condition: "on-failure", MaxAttempts: 3, Delay: 1e9 },
    { Name: "on-failure", MaximumRetryCount: 3 },
  ],
  [{ Condition: "any", MaxAttempts: 3 }, { Name: "unless-stopped" }],
  [{ Delay: 1e9 }, { Name: "unless-stopped" }],
] as const)("translates %j to a container's %j", (restart, policy) => {
  expect(toHostRestartPolicy(request({ restart }))).toStrictEqual({ RestartPolicy: policy });
});

it.each([{ ReplicatedJob: {} }, { GlobalJob: {} }])(
  "restarts the container of job %j on failure only by default",
  (mode) => {
    expect(toHostRestartPolicy(request({ mode }))).toStrictEqual({ RestartPolicy: { Name: "on-failure" } });
    expect(toHostRestartPolicy(request({ mode, restart: { Condition: "none" } }))).toStrictEqual({
      RestartPolicy: { Name: "no" },
    });
  },
);

it("copies the policy of a task", () => {
  const restart = { Condition: "on-failure", Delay: 1e9, MaxAttempts: 3, Window: 2e9 } as const;
  const asked = request({ restart });
  expect(toTaskRestartPolicy(asked, mill)).toStrictEqual({ RestartPolicy: restart });
  expect(toTaskRestartPolicy(asked, mill).RestartPolicy).not.toBe(asked.restart);
});

it.each([{ ReplicatedJob: {} }, { GlobalJob: {} }])(
  "restarts the tasks of job %j on failure by default, and rejects the condition any",
  (mode) => {
    expect(toTaskRestartPolicy(request({ mode }), mill)).toStrictEqual({ RestartPolicy: { Condition: "on-failure" } });
    const none = request({ mode, restart: { Condition: "none" } });
    expect(toTaskRestartPolicy(none, mill)).toStrictEqual({ RestartPolicy: { Condition: "none" } });
    const any = request({ mode, restart: { Condition: "any" } });
    expect(() => toTaskRestartPolicy(any, mill)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", field: "restart.Condition", service: "mill" }),
    );
  },
);
