import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { samplePlan } from "../../test/sample-plan.js";
import { checkEvent } from "../../test/check-event.js";
import { eventSchema, outputJsonSchema } from "./event-schemas.js";

test("the plan schema accepts a plan with every kind of entry, and rejects an additional or missing field", () => {
  const plan = JSON.parse(JSON.stringify({ event: "plan", time: "2026-01-01T00:00:00Z", ...samplePlan })) as Record<
    string,
    unknown
  >;
  checkEvent(plan);
  expect(() => checkEvent({ ...plan, steps: [] })).toThrow("steps");
  const { hasChanges: _, ...less } = plan;
  expect(() => checkEvent(less)).toThrow("hasChanges");
});

test("the README lists every event with its fields", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const rows = new Map(
    [...readme.matchAll(/^\| `([\w-]+)` +\|[^|]*\|(.*)\|$/gm)].map(([, event, fields]) => [event, fields ?? ""]),
  );
  const { anyOf } = outputJsonSchema(eventSchema) as { anyOf: { properties: Record<string, { const?: string }> }[] };
  for (const { properties } of anyOf) {
    const event = properties["event"]?.const ?? "";
    expect([...rows.keys()]).toContain(event);
    if (event === "result") continue;
    for (const field of Object.keys(properties)) {
      if (field !== "event" && field !== "time") expect(rows.get(event), event).toContain(`\`${field}\``);
    }
  }
});
