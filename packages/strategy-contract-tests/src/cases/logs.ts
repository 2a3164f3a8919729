import type { CanLogs, LogsOptions } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { PrintedLine } from "../programs.js";
import type { Suite } from "../suite.js";
import { collect } from "../utilities.js";

/**
 * Longer than 16 KiB, at which engines split lines. Its characters have four bytes, so that no split falls within one:
 * Docker's log driver loses such characters.
 */
const LONG = `${"😀".repeat(10_000)}end`;

const lines: PrintedLine[] = [
  { stream: "stdout", line: "first" },
  { stream: "stderr", line: "first of the errors" },
  { stream: "stdout", line: "" },
  { stream: "stdout", line: "  kept as it is\t " },
  { stream: "stdout", line: "Grüße, 世界 🏭" },
  { stream: "stderr", line: `2026-01-01T00:00:00Z looks like a time` },
  { stream: "stdout", line: LONG },
  { stream: "stderr", line: "x".repeat(70_000) },
  { stream: "stdout", line: "last" },
  { stream: "stderr", line: "last of the errors" },
];

const of = (stream: string, all: readonly { stream: string; line: string }[]): string[] =>
  all.filter((one) => one.stream === stream).map(({ line }) => line);

/** The output of processes, line by line. */
export function logsCases(suite: Suite): void {
  const printing = async (
    context: TestContext,
    printed: readonly PrintedLine[],
  ): Promise<{ strategy: CanLogs; name: string }> => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const { name } = await suite.deployRunning(suite.request({ command: suite.programs.print(printed) }));
    await suite.eventually(
      `${name} has written`,
      () => suite.probes.output(name),
      (all) => all.length >= printed.length,
    );
    return { strategy, name };
  };

  const logs = ({ strategy, name }: { strategy: CanLogs; name: string }, options?: LogsOptions) =>
    collect(strategy.logs(name, options));

  test("logs() returns each line complete, in its stream and in order", async (context) => {
    const printed = await printing(context, lines);
    const entries = await logs(printed);
    expect(of("stdout", entries)).toEqual(of("stdout", lines));
    expect(of("stderr", entries)).toEqual(of("stderr", lines));
    for (const entry of entries) {
      expect(entry.service).toBe(printed.name);
      expect(entry.instance).toMatch(/\S/);
      expect(entry.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    }
  });

  test("logs() of a service without output is empty", async (context) => {
    const strategy = suite.with(context, "logs");
    const { name } = await suite.deployRunning(suite.request());
    expect(await logs({ strategy, name })).toEqual([]);
  });

  test("logs() of a service that exited returns its lines", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.printAndExit(lines.slice(0, 2), 1) });
    await suite.strategy.deploy(request);
    await suite.eventually(
      `${request.name} has written`,
      () => suite.probes.output(request.name),
      (all) => all.length === 2,
    );
    const entries = await logs({ strategy, name: request.name });
    expect(entries.map(({ line }) => line).sort()).toEqual(["first", "first of the errors"]);
  });

  test("logs() with tail returns the last lines", async (context) => {
    const numbered = ["1", "2", "3", "4"].map((line): PrintedLine => ({ stream: "stdout", line }));
    const printed = await printing(context, numbered);
    expect((await logs(printed, { tail: 2 })).map(({ line }) => line)).toEqual(["3", "4"]);
    expect((await logs(printed, { tail: 100 })).map(({ line }) => line)).toEqual(["1", "2", "3", "4"]);
    expect(await logs(printed, { tail: 0 })).toEqual([]);
  });

  test("logs() with since returns the lines written since then", async (context) => {
    const printed = await printing(context, [{ stream: "stdout", line: "now" }]);
    const hour = 3_600_000;
    expect((await logs(printed, { since: new Date(Date.now() - hour) })).map(({ line }) => line)).toEqual(["now"]);
    expect(await logs(printed, { since: new Date(Date.now() + hour) })).toEqual([]);
  });

  test("logs() of a missing service rejects with NOT_FOUND", async (context) => {
    const strategy = suite.with(context, "logs");
    const name = suite.name();
    await suite.fails(logs({ strategy, name }), "NOT_FOUND", name);
  });
}
