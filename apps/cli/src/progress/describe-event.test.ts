import type { DeployerEvent } from "@openfactory/deployer";
import { expect, test } from "vitest";
import { CapturedOutput } from "../../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { badReport, verdict } from "../../test/sample-reports.js";
import { plainProgress } from "./plain-progress.js";

const progress = (more: object) =>
  ({ type: "progress", app: "web", service: "web", progress: { service: "web", ...more } }) as DeployerEvent;

test("plainProgress() prints a line for each change of a run that is reverted", () => {
  const output = new CapturedOutput();
  const { observe } = plainProgress(output, (_, text) => text);
  const events: DeployerEvent[] = [
    { type: "resource", resource: { kind: "network", name: "factory_back", outcome: "created" } },
    { type: "phase", app: "web", service: "web", phase: "updating" },
    progress({ type: "step", step: "update" }),
    progress({ type: "event of a later contract version", running: 7 }),
    progress({ type: "waiting", running: 0, desired: 2, detail: "starting" }),
    progress({ type: "waiting", running: 0, desired: 2, detail: "starting" }),
    progress({ type: "waiting", running: 1, desired: 2 }),
    progress({ type: "waiting", running: 1, desired: 2, detail: "" }),
    { type: "verdict", verdict: verdict("db", "failed") },
    { type: "phase", app: "ui", service: "ui", phase: "blocked", detail: "db" },
    { type: "revert", step: { action: "rollback", app: "web", service: "web", state: "begun" } },
    ...badReport.revertSteps.map((step): DeployerEvent => ({ type: "revert", step })),
    { type: "verdict", verdict: verdict("web", "reverted", { causedBy: "db" }) },
    progress({ type: "waiting", running: 3, desired: 0, detail: "running" }),
    {
      type: "scale",
      scaled: { app: "web", service: "web", from: 1, to: 2, outcome: "running", warnings: [], elapsedMs: 1 },
    },
    { type: "lock", lock: { state: "released", holder: { id: "1", owner: "ada", since: "" } } },
  ];
  for (const event of events) observe(event);
  expect(output.text).toBe(`network factory_back: created
web: updating
web: update
web: 0/2 running, starting
web: 1/2 running
db: failed
ui: waiting for db
web: rolling back
cache: previous settings not restored: The update of cache timed out.
web: rolled back
new: removed
network factory_back: removed
web: reverted (db failed)
web: 3 still running
web: running
`);
});
