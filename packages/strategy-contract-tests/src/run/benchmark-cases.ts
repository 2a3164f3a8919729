import { setImmediate as nextTurn } from "node:timers/promises";
import { type DeployRequest, supports } from "@openfactory/deploy-core";
import { afterAll, beforeAll, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";
import { type BenchmarkOptions, distribution, type Measurement, rate } from "./benchmark.js";

/** How often a time or a number of calls is measured. */
const SAMPLES = 5;
/** The processes of twenty services may each use their grace period of ten seconds. */
const TIMEOUT_MS = 600_000;

type Report = (measurement: Measurement) => void;

/**
 * Registers cases that measure the strategy. A measurement is in the metadata of its case. A case that fails or is skipped
 * becomes a remark.
 */
export function benchmarkCases(suite: Suite, { services }: BenchmarkOptions): void {
  measure("time to ready", (context, report) => timeToReady(suite, context, report));
  for (const [order, run] of [
    ["sequential", inSequence],
    ["concurrent", atOnce],
  ] as const) {
    measure(`${order} deploys and removals`, async ({ signal }, report) => {
      const { strategy } = suite;
      const requests = Array.from({ length: services }, () => suite.request());
      const deployed = await secondsOf(() => run(requests, (one) => strategy.deploy(one, { signal })));
      report(rate(`deploys, ${order}`, services, deployed));
      await inSequence(requests, ({ name }) => suite.untilRunning(name));
      const removed = await secondsOf(() => run(requests, ({ name }) => remove(suite, name, signal)));
      report(rate(`removals, ${order}`, services, removed));
    });
  }
  measure("calls of deploy() and remove()", async (context, report) => {
    const callsOf = callCounter(suite, context);
    const [deploys, removals]: [number[], number[]] = [[], []];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const request = suite.request();
      deploys.push(await callsOf(() => suite.strategy.deploy(request, { signal: context.signal })));
      await suite.untilRunning(request.name);
      removals.push(await callsOf(() => remove(suite, request.name, context.signal)));
    }
    report(distribution("calls of deploy()", "calls", deploys));
    report(distribution("calls of remove()", "calls", removals));
  });
  measure("calls of update()", async (context, report) => {
    const callsOf = callCounter(suite, context);
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(suite.request(version(suite, 0)));
    const samples: number[] = [];
    for (let sample = 1; sample <= SAMPLES; sample += 1) {
      const changed = { ...request, ...version(suite, sample) };
      samples.push(await callsOf(() => strategy.update(changed, { signal: context.signal })));
      await untilReady(suite, request.name, context.signal);
    }
    report(distribution("calls of update()", "calls", samples));
  });
  measure("calls of inspect()", async (context, report) => {
    const callsOf = callCounter(suite, context);
    const strategy = suite.with(context, "inspect");
    const { name } = await suite.deployRunning(suite.request());
    const samples: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      samples.push(await callsOf(() => strategy.inspect(name, { signal: context.signal })));
    }
    report(distribution("calls of inspect() of an unchanged service", "calls", samples));
  });
  registerUnhandledErrors();
}

/** Without these listeners, an error that nothing handles would fail the run. */
function registerUnhandledErrors(): void {
  const errors: unknown[] = [];
  const listener = (error: unknown) => void errors.push(error);
  beforeAll(() => {
    process.on("unhandledRejection", listener);
    process.on("uncaughtException", listener);
  });
  afterAll(() => {
    process.off("unhandledRejection", listener);
    process.off("uncaughtException", listener);
  });
  test("errors that nothing handles", async () => {
    // Node.js reports a rejection after the promises that are due.
    await nextTurn();
    if (errors.length > 0) throw errors[0];
  });
}

function measure(title: string, run: (context: TestContext, report: Report) => Promise<void>): void {
  test(title, { timeout: TIMEOUT_MS }, (context) => {
    const measurements: Measurement[] = [];
    context.task.meta.strategyBenchmark = measurements;
    return run(context, (measurement) => measurements.push(measurement));
  });
}

async function timeToReady(suite: Suite, { signal }: TestContext, report: Report): Promise<void> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const request = suite.request();
    samples.push(
      await secondsOf(async () => {
        await suite.strategy.deploy(request, { signal });
        await untilReady(suite, request.name, signal);
      }),
    );
    await remove(suite, request.name, signal);
  }
  const probe = supports(suite.strategy, "wait") ? "wait()" : "the probe instances";
  report(distribution(`from deploy() to ready, by ${probe}`, "seconds", samples));
}

const untilReady = (suite: Suite, name: string, signal: AbortSignal): Promise<unknown> =>
  supports(suite.strategy, "wait") ? suite.strategy.wait(name, { signal }) : suite.untilRunning(name);

const remove = ({ strategy }: Suite, name: string, signal: AbortSignal): Promise<void> =>
  strategy.remove(name, { wait: true, signal });

const version = (suite: Suite, number: number): Partial<DeployRequest> =>
  suite.isSupported({ env: ["VERSION=0"] }) ? { env: [`VERSION=${number}`] } : {};

/** Skips a case if the target does not count calls. */
function callCounter({ target }: Suite, context: TestContext): (work: () => Promise<unknown>) => Promise<number> {
  const calls = target.calls ?? context.skip("the target has no calls, which would count the calls of the strategy");
  return async (work) => {
    const before = calls.count();
    await work();
    return calls.count() - before;
  };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function inSequence<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item);
}

/** Waits for all, so that nothing goes on when the case ends. @throws the first error. */
async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(items.map(work));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
