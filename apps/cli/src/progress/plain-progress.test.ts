import { expect, test } from "vitest";
import { CapturedOutput } from "../../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { plainProgress } from "./plain-progress.js";

test("wait() writes a line at first and every 30 seconds, and a line for another wait", () => {
  const output = new CapturedOutput();
  let now = 3_000;
  const progress = plainProgress(
    output,
    (_, text) => text,
    () => now,
  );
  const list = {
    wait: { subject: "the engine", action: "list networks", level: "call" } as const,
    since: 0,
    others: 2,
  };
  for (const time of [3_000, 20_000, 33_000, 40_000]) {
    now = time;
    progress.wait(list);
  }
  progress.wait(undefined);
  progress.wait({ ...list, wait: { ...list.wait, action: "list volumes" }, since: 37_000, others: 0 });
  progress.stop();
  expect(output.text.split("\n")).toEqual([
    "waiting for the engine to list networks, for 3.0 s, and 2 more",
    "waiting for the engine to list networks, for 33 s, and 2 more",
    "waiting for the engine to list volumes, for 3.0 s",
    "",
  ]);
});
