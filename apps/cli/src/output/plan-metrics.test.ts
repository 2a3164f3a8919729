import { expect, test } from "vitest";
import { HOSTILE, hostilePlan } from "../../test/hostile-plan.js";
import { parseMetrics } from "../../test/parse-metrics.js";
import { samplePlan } from "../../test/sample-plan.js";
import { failedPlanMetrics, planMetrics } from "./plan-metrics.js";

const now = new Date("2026-11-28T12:00:00.500Z");
const base = { project: "factory", platform: "swarm" };

test("planMetrics() counts apps and resources by action, and has one sample of drift for each app", () => {
  const samples = parseMetrics(planMetrics(samplePlan, now));
  const valuesOf = (metric: string): [string, number][] =>
    samples.flatMap(({ name, labels, value }) => (name === metric ? [[labels["action"] ?? "", value]] : []));
  expect(samples).toContainEqual({ name: "ofdeploy_plan_success", labels: base, value: 1 });
  expect(samples).toContainEqual({ name: "ofdeploy_plan_timestamp_seconds", labels: base, value: 1_795_867_200 });
  expect(samples).toContainEqual({ name: "ofdeploy_plan_changes", labels: base, value: 9 });
  expect(samples).toContainEqual({ name: "ofdeploy_plan_orphans", labels: base, value: 2 });
  expect(Object.fromEntries(valuesOf("ofdeploy_plan_apps"))).toEqual({
    create: 1,
    update: 3,
    replace: 1,
    unchanged: 1,
    adopt: 1,
    conflict: 1,
  });
  expect(Object.fromEntries(valuesOf("ofdeploy_plan_resources"))).toEqual({
    create: 1,
    unchanged: 1,
    remove: 1,
    keep: 2,
    conflict: 1,
  });
  const drift = samples.filter(({ name }) => name === "ofdeploy_app_drift");
  expect(drift).toHaveLength(samplePlan.apps.length);
  expect(drift.filter(({ value }) => value === 0).map(({ labels }) => labels["app"])).toEqual(["same"]);
  expect(samples).toContainEqual({
    name: "ofdeploy_app_changed_manually",
    labels: { ...base, app: "edited", service: "edited" },
    value: 1,
  });
});

test("planMetrics() counts conflicts and findings of the preflight by their code", () => {
  const findings = [{ app: "new", service: "new", code: "IMAGE_NOT_FOUND" as const, message: "No image" }];
  const samples = parseMetrics(planMetrics({ ...samplePlan, findings }, now));
  expect(samples.filter(({ name }) => name === "ofdeploy_plan_findings")).toEqual([
    { name: "ofdeploy_plan_findings", labels: { ...base, code: "CONFLICT" }, value: 2 },
    { name: "ofdeploy_plan_findings", labels: { ...base, code: "IMAGE_NOT_FOUND" }, value: 1 },
  ]);
});

test("planMetrics() escapes quotes, backslashes and newlines of names, and contains no values of settings", () => {
  const text = planMetrics(hostilePlan, now);
  const [app] = parseMetrics(text).filter(({ name }) => name === "ofdeploy_app_drift");
  expect(app?.labels["app"]).toBe(`new ${HOSTILE}`);
  expect(planMetrics(samplePlan, now)).not.toContain("demo:2");
});

test("failedPlanMetrics() reports no success, the time and the code of the error, and nothing else", () => {
  const samples = parseMetrics(failedPlanMetrics(base, "ENGINE_UNREACHABLE", now));
  expect(samples).toEqual([
    { name: "ofdeploy_plan_success", labels: base, value: 0 },
    { name: "ofdeploy_plan_timestamp_seconds", labels: base, value: 1_795_867_200 },
    { name: "ofdeploy_plan_failure", labels: { ...base, code: "ENGINE_UNREACHABLE" }, value: 1 },
  ]);
  expect(parseMetrics(failedPlanMetrics({}, "INVALID_FILE", now))[0]?.labels).toEqual({ project: "", platform: "" });
});
