import type { RollbackReport } from "@openfactory/deployer";
import { expect, test } from "vitest";
import { failure } from "../../test/sample-reports.js";
import { rollbackText } from "./rollback.js";

const report: RollbackReport = {
  project: "factory",
  platform: "swarm",
  outcome: "failed",
  apps: [
    {
      app: "web",
      service: "web",
      outcome: "running",
      from: `demo:2@sha256:${"b".repeat(64)}`,
      to: "demo:1",
      elapsedMs: 900,
    },
    { app: "new", service: "new", outcome: "no-previous", reason: "It was made by that run.", elapsedMs: 0 },
    { app: "db", service: "db", outcome: "failed", error: failure, elapsedMs: 10 },
    { app: "ui", service: "ui", outcome: "skipped", causedBy: "db", elapsedMs: 0 },
  ],
  warnings: [],
  elapsedMs: 1000,
};

test("rollbackText() prints the images before and after, and the reason if there is no previous version", () => {
  expect(rollbackText(report)).toBe(`APP  RESULT               FROM                           TO      TOOK   NOTE
web  running              demo:2@sha256:bbbbbbbbbbbb...  demo:1  0.9 s
new  no previous version  -                              -       0.0 s  It was made by that run
db   failed               -                              -       0.0 s  TASK_FAILED
ui   skipped              -                              -       0.0 s  db failed
factory: 1 running, 1 failed, 1 no previous version, 1 skipped in 1.0 s
`);
  expect(rollbackText({ ...report, apps: [] })).toBe("factory: nothing to roll back\n");
});
