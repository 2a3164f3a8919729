import {
  type CapabilityName,
  DeploymentError,
  type RemoveResourceOptions,
  type ResourceKind,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, type MemoryEngine, type UpdateFailureAction } from "@openfactory/strategy-memory";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ALL, app, config, network, newEngine, testOptions } from "../../test/fixtures.js";
import { RUN_LABEL } from "../model/labels.js";
import type { DesiredApp, DesiredProject } from "../model/project.js";
import type { UpReport } from "../model/report.js";
import { plan } from "../plan/plan.js";
import { down } from "./down.js";
import { up } from "./up.js";

const NAMES = ["aa", "bb", "cc", "dd"] as const;

/** What an app may be, as numbers: 0 is not there. */
interface Draw {
  version: number;
  fails: boolean;
  /** Depends on the app before it. */
  depends: boolean;
  joins: boolean;
  config: string;
}

const draw = fc.record<Draw>({
  version: fc.integer({ min: 0, max: 3 }),
  fails: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
  depends: fc.boolean(),
  joins: fc.boolean(),
  config: fc.constantFrom("", "x", "y"),
});
const file = fc.tuple(draw, draw, draw, draw);

interface Fault {
  /** Which call of the run. */
  at: number;
  /** Before it takes effect, or after: then only its answer is lost. */
  phase: "before" | "after";
  what: "fails" | "abort" | "crash";
}
const fault = (...what: Fault["what"][]) =>
  fc.record<Fault>({ at: fc.nat(40), phase: fc.constantFrom("before", "after"), what: fc.constantFrom(...what) });

const platform = fc.record({
  capabilities: fc.constantFrom<readonly CapabilityName[]>(
    ALL,
    ALL.filter((name) => name !== "rollback"),
    ALL.filter((name) => name !== "update" && name !== "rollback"),
  ),
  listsSettings: fc.boolean(),
  onFailedUpdate: fc.constantFrom<UpdateFailureAction>("keep", "rollback", "leave"),
  latencies: fc.array(fc.nat(5), { maxLength: 7 }),
});
type Platform = typeof platform extends fc.Arbitrary<infer Value> ? Value : never;

function projectOf(draws: readonly Draw[], mayFail: boolean): DesiredProject {
  const there = NAMES.filter((_, index) => (draws[index]?.version ?? 0) > 0);
  const apps = there.map((name): DesiredApp => {
    const { version, fails, depends, joins, config: content } = draws[NAMES.indexOf(name)] as Draw;
    const before = there[there.indexOf(name) - 1];
    return app(name, {
      env: [`VERSION=${version}`],
      command: mayFail && fails ? "sh -c 'exit 3'" : "sleep 9",
      ...(joins && { networks: ["own-net"] }),
      ...(content !== "" && { configs: [`conf-${content}`] }),
      ...(depends && before && { dependsOn: [{ service: before, condition: "service_healthy" }] }),
    });
  });
  const contents = new Set(
    draws.filter(({ version, config: content }) => version > 0 && content !== "").map((each) => each.config),
  );
  return {
    project: "factory",
    apps,
    resources: [
      network("own-net"),
      ...[...contents].map((content) => ({ ...config("conf", content), key: `conf-${content}` })),
    ],
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Each call takes the next number of turns of the event loop, again from the start after the last. */
function delays(latencies: readonly number[]): () => Promise<void> {
  let calls = 0;
  return async () => {
    calls += 1;
    for (let turns = latencies[calls % latencies.length] ?? 0; turns > 0; turns -= 1) await turn();
  };
}

/** Rejects the removal of a resource in use at once, instead of waiting for its users. */
class ImpatientStrategy extends MemoryDeploymentStrategy {
  override async removeResource(kind: ResourceKind, name: string, options?: RemoveResourceOptions): Promise<void> {
    await super.removeResource(kind, name, { ...options, timeoutMs: 0 });
  }
}

function strategyOn(engine: MemoryEngine, { capabilities, latencies, ...options }: Platform): MemoryDeploymentStrategy {
  const strategy = new ImpatientStrategy(testOptions({ capabilities }, options), engine);
  const delay = delays(latencies);
  strategy.intercept = (_, phase) => (phase === "before" ? delay() : undefined);
  return strategy;
}

/** The process was killed: no call has an effect from now on, and none returns. */
class Crash extends Error {
  override readonly name = "Crash";
}

/** Makes calls of a strategy fail, abort the run, or kill the process, as the faults say. Returns the calls that it hit. */
function injectFaults(
  strategy: MemoryDeploymentStrategy,
  { latencies }: Platform,
  faults: readonly Fault[],
  abort: () => void = () => {},
): string[] {
  const hit: string[] = [];
  const delay = delays(latencies);
  let count = 0;
  let isDead = false;
  const throwIfDead = (): void => {
    if (isDead) throw new Crash();
  };
  strategy.intercept = async (call, phase) => {
    throwIfDead();
    if (phase === "before") count += 1;
    const found = faults.find((fault) => fault.at === count && fault.phase === phase);
    if (found !== undefined) {
      hit.push(call);
      if (found.what === "abort") abort();
      isDead = found.what === "crash";
      throwIfDead();
      if (found.what === "fails") throw new DeploymentError("ENGINE_UNREACHABLE", `${call} got no answer.`);
    }
    if (phase === "before") await delay();
    throwIfDead();
  };
  return hit;
}

/** The services of an engine, by name, with their settings. */
async function servicesOf(engine: MemoryEngine): Promise<Map<string, ServiceStatus>> {
  const reader = new MemoryDeploymentStrategy(testOptions({ capabilities: ALL }, { listsSettings: true }), engine);
  return new Map((await reader.list()).map((status) => [status.name, status]));
}

/** A new run without faults reaches the desired state, and `down` removes everything. */
async function converges(engine: MemoryEngine, on: Platform, draws: readonly Draw[]): Promise<void> {
  const strategy = strategyOn(engine, on);
  const desired = projectOf(draws, false);
  const report = await up(strategy, desired, { forceUnlock: true, prune: true });
  expect(report.outcome).toBe("ok");
  for (const { service, request } of desired.apps)
    expect(engine.services.get(service)?.request).toMatchObject({ env: request.env });
  expect([...engine.services.keys()].sort()).toEqual(desired.apps.map(({ service }) => service).sort());
  expect((await plan(strategy, desired)).hasChanges).toBe(false);
  await down(strategy, desired, { forceUnlock: true });
  expect(engine.snapshot()).toEqual({ services: {}, resources: [], locks: [] });
}

/** Checks that the report has every difference between the state before and now. */
function checkReport(
  report: UpReport,
  before: ReadonlyMap<string, ServiceStatus>,
  now: ReadonlyMap<string, ServiceStatus>,
  newResources: readonly string[],
): void {
  const verdicts = new Map([...report.apps, ...report.orphans].map((verdict) => [verdict.service, verdict]));
  for (const service of new Set([...before.keys(), ...now.keys()])) {
    const was = before.get(service);
    const is = now.get(service);
    const verdict = verdicts.get(service);
    const isAsBefore = JSON.stringify(was?.settings) === JSON.stringify(is?.settings) && was?.state === is?.state;
    const isReported = verdict !== undefined && ("now" in verdict ? verdict.leftBehind : verdict.error) !== undefined;
    expect(isAsBefore || isReported, `${service}: ${JSON.stringify(verdict)}`).toBe(true);
    if (verdict === undefined || !("now" in verdict)) continue;
    if (verdict.now === "absent") expect(is, service).toBeUndefined();
    if (verdict.now === "previous") expect(is?.settings, service).toEqual(was?.settings);
    if (verdict.now === "desired" && verdict.outcome !== "unchanged")
      expect(is?.labels[RUN_LABEL], service).toBe(report.run);
  }
  for (const key of newResources) {
    const resource = report.resources.find(({ kind, name }) => `${kind} ${name}` === key);
    expect(resource?.error, key).toBeDefined();
  }
}

/** `npm run test:all` sets 1000. */
const RUNS = Number(process.env.RUNS ?? 40);

test("after any fault, up() restores the state before or reports the differences, and the next up() converges", async () => {
  await fc.assert(
    fc.asyncProperty(
      platform,
      file,
      file,
      fc.boolean(),
      fc.array(fault("fails", "fails", "abort"), { maxLength: 4 }),
      async (on, was, is, prune, faults) => {
        const engine = newEngine();
        await up(strategyOn(engine, on), projectOf(was, false));
        const before = await servicesOf(engine);
        const resources = new Set(engine.resources.keys());

        const caller = new AbortController();
        const strategy = strategyOn(engine, on);
        const hit = injectFaults(strategy, on, faults, () => caller.abort());
        const report = await up(strategy, projectOf(is, true), {
          signal: caller.signal,
          prune,
          revertTimeoutMs: 5000,
        }).catch(async (error: unknown) => {
          // The run failed before any change.
          expect(DeploymentError.isInstance(error), String(error)).toBe(true);
          expect(await servicesOf(engine)).toEqual(before);
          return undefined;
        });
        if (report !== undefined && report.outcome !== "ok" && !hasPruneFailure(report)) {
          const newResources = engine.resources.keys().filter((key) => !resources.has(key));
          checkReport(report, before, await servicesOf(engine), newResources);
          // A step of the revert that fails once is tried again.
          if (hit.length < 2) expect(report.apps.filter(({ leftBehind }) => leftBehind !== undefined)).toEqual([]);
        }
        if (!hit.some((call) => /lock/.test(call))) expect(engine.locks.size).toBe(0);
        await converges(engine, on, is);
      },
    ),
    { numRuns: RUNS },
  );
}, 120_000);

/** A run in which only pruning failed is not reverted. */
const hasPruneFailure = ({ apps, revertSteps, outcome }: UpReport): boolean =>
  outcome === "failed" && revertSteps.length === 0 && apps.every(({ error }) => error === undefined);

test("after up() was killed at any call, before or after it took effect, the next up() converges", async () => {
  await fc.assert(
    fc.asyncProperty(platform, file, file, fc.boolean(), fault("crash"), async (on, was, is, prune, crash) => {
      const engine = newEngine();
      await up(strategyOn(engine, on), projectOf(was, false));
      const strategy = strategyOn(engine, on);
      injectFaults(strategy, on, [crash]);
      await up(strategy, projectOf(is, true), { prune }).catch((error: unknown) => {
        if (!(error instanceof Crash) && !DeploymentError.isInstance(error)) throw error;
      });
      await converges(engine, on, is);
    }),
    { numRuns: RUNS },
  );
}, 120_000);
