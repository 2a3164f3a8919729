import type { LogEntry } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { collect } from "../collect.js";
import type { Suite } from "../suite.js";

/** Logs as they are written. */
export function logsFollowCases(suite: Suite): void {
  const repeating = async (): Promise<string> => {
    const { name } = await suite.running(suite.request({ command: suite.programs.repeat("again") }));
    return name;
  };

  test("following goes on until it is aborted: ABORTED", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.needs(context, { command: ["x"] });
    const name = await repeating();
    const controller = new AbortController();
    const seen: LogEntry[] = [];
    const follow = async () => {
      for await (const entry of strategy.logs(name, { follow: true, signal: controller.signal })) {
        seen.push(entry);
        if (seen.length === 3) controller.abort();
      }
    };
    await suite.fails(follow(), "ABORTED", name);
    expect(seen.slice(0, 3).map(({ line }) => line)).toEqual(["again", "again", "again"]);
    await suite.untilRunning(name);
  });

  test("following ends when its reader leaves", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.needs(context, { command: ["x"] });
    const name = await repeating();
    for (let time = 0; time < 2; time += 1) {
      for await (const entry of strategy.logs(name, { follow: true })) {
        expect(entry.line).toBe("again");
        break;
      }
    }
  });

  test("following one that ends has all its lines", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.needs(context, { command: ["x"] });
    const lines = ["one", "two", "three"];
    const command = suite.programs.printAndExit(
      lines.map((line) => ({ stream: "stdout", line })),
      0,
    );
    const { name } = suite.once({});
    await suite.strategy.deploy(suite.once({ name, command }));
    const controller = new AbortController();
    const seen: string[] = [];
    const follow = async () => {
      for await (const { line } of strategy.logs(name, { follow: true, signal: controller.signal })) {
        seen.push(line);
        // An orchestrator's stream may go on, for the tasks to come.
        if (seen.length === lines.length) setTimeout(() => controller.abort(), 1000);
      }
    };
    await follow().catch((error: unknown) => suite.fails(Promise.reject(error), "ABORTED"));
    expect(seen).toEqual(lines);
  });

  test("a signal that has fired already: ABORTED", async (context) => {
    const strategy = suite.with(context, "logs");
    const { name } = await suite.running(suite.request());
    await suite.fails(collect(strategy.logs(name, { signal: AbortSignal.abort() })), "ABORTED", name);
  });
}
