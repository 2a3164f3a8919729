import type { CanLogs, LogEntry } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";
import { collect } from "../utilities.js";

/** Logs that are followed. */
export function logsFollowCases(suite: Suite): void {
  const repeating = async (): Promise<string> => {
    const { name } = await suite.deployRunning(suite.request({ command: suite.programs.repeat("again") }));
    return name;
  };

  test("logs() with follow continues until it is aborted and rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"] });
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

  test("logs() with follow ends when the reader stops", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const name = await repeating();
    for (let time = 0; time < 2; time += 1) {
      for await (const entry of strategy.logs(name, { follow: true })) {
        expect(entry.line).toBe("again");
        break;
      }
    }
  });

  test("logs() with follow returns all lines of a service that exits", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"] });
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
        // The stream of an orchestrator may continue, for later tasks.
        if (seen.length === lines.length) setTimeout(() => controller.abort(), 1000);
      }
    };
    await follow().catch((error: unknown) => suite.fails(Promise.reject(error), "ABORTED"));
    expect(seen).toEqual(lines);
  });

  /** Follows until `isEnough` holds, or until the log ends. */
  const followUntil = async (
    strategy: CanLogs,
    name: string,
    isEnough: (seen: readonly LogEntry[]) => boolean,
    meanwhile: (seen: readonly LogEntry[]) => Promise<void>,
  ) => {
    const controller = new AbortController();
    const seen: LogEntry[] = [];
    const follow = async (): Promise<void> => {
      for await (const entry of strategy.logs(name, { follow: true, signal: controller.signal })) {
        seen.push(entry);
        if (isEnough(seen)) return;
      }
    };
    const following = follow();
    following.catch(() => undefined);
    try {
      await meanwhile(seen);
      await Promise.race([
        following,
        suite.eventually(
          "the followed log has enough lines",
          async () => seen.map(({ line }) => line),
          () => isEnough(seen),
        ),
      ]);
    } finally {
      controller.abort();
      await following.catch(() => undefined);
    }
    expect(isEnough(seen), `seen: ${seen.map(({ line }) => line).join(", ")}`).toBe(true);
    return seen;
  };
  /** Expects consecutive numbers from 0: no line is lost or repeated. */
  const expectNoGaps = (seen: readonly LogEntry[], label: string): void => {
    const numbers = seen.flatMap(({ line }) =>
      line.startsWith(`${label} `) ? [Number(line.slice(label.length + 1))] : [],
    );
    expect(numbers, `lines of ${label}`).toEqual(numbers.map((_, index) => index));
  };
  const linesOf = (seen: readonly LogEntry[], label: string): number =>
    seen.filter(({ line }) => line.startsWith(`${label} `)).length;
  const until = (what: string, isThere: () => boolean): Promise<unknown> =>
    suite.eventually(what, async () => undefined, isThere);

  test("logs() with follow continues after a restart without repeating a line", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"], restart: { Condition: "any" } });
    const { count } = suite.programs;
    if (count === undefined) return context.skip("the target has no program count");
    const request = suite.request({ restart: { Condition: "any" }, command: count("line", 2) });
    await suite.strategy.deploy(request);
    const rounds = 3;
    const seen = await followUntil(
      strategy,
      request.name,
      (all) => all.length >= rounds * 2,
      async () => undefined,
    );
    expect(seen.map(({ line }) => line)).toEqual(Array.from({ length: rounds }, () => ["line 0", "line 1"]).flat());
    expect(new Set(seen.map(({ instance, timestamp, line }) => [instance, timestamp, line].join())).size).toBe(
      seen.length,
    );
  });

  test("logs() with follow continues with the new version after an update without repeating a line", async (context) => {
    const [strategy, updates] = [suite.with(context, "logs"), suite.with(context, "update")];
    suite.skipUnlessSupported(context, { command: ["x"] });
    const { count } = suite.programs;
    if (count === undefined) return context.skip("the target has no program count");
    const request = await suite.deployRunning(suite.request({ command: count("old") }));
    const seen = await followUntil(
      strategy,
      request.name,
      (all) => linesOf(all, "new") >= 3,
      async (all) => {
        await until("a line of the old version", () => linesOf(all, "old") > 1);
        await updates.update({ ...request, command: count("new") });
      },
    );
    expectNoGaps(seen, "old");
    expectNoGaps(seen, "new");
  });

  test("logs() with follow continues with added replicas", async (context) => {
    const [strategy, scales] = [suite.with(context, "logs"), suite.with(context, "scale")];
    suite.skipUnlessSupported(context, { command: ["x"] });
    const { count } = suite.programs;
    if (count === undefined) return context.skip("the target has no program count");
    const { name } = await suite.deployRunning(suite.request({ command: count("line") }));
    const instances = (all: readonly LogEntry[]) => Map.groupBy(all, ({ instance }) => instance);
    const seen = await followUntil(
      strategy,
      name,
      (all) => instances(all).size === 2 && [...instances(all).values()].every((lines) => lines.length >= 2),
      async (all) => {
        await until("a line of the first replica", () => all.length > 0);
        await scales.scale(name, 2);
      },
    );
    for (const lines of instances(seen).values()) expectNoGaps(lines, "line");
  });

  test("logs() with follow ends when the service is removed", async (context) => {
    const strategy = suite.with(context, "logs");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const name = await repeating();
    let lines = 0;
    const follow = async (): Promise<void> => {
      for await (const _ of strategy.logs(name, { follow: true })) lines += 1;
    };
    const following = follow();
    await until("a line", () => lines > 0);
    await suite.strategy.remove(name, { wait: true });
    await following;
  });

  test("logs() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "logs");
    const { name } = await suite.deployRunning(suite.request());
    await suite.fails(collect(strategy.logs(name, { signal: AbortSignal.abort() })), "ABORTED", name);
  });
}
