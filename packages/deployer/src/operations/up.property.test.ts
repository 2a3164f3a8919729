import { type CapabilityName, DeploymentError } from "@openfactory/deploy-core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Crash, FakeEngine } from "../../test/fake-engine.js";
import { ALL, app, type BadUpdate, config, FakeStrategy, network } from "../../test/fake-strategy.js";
import { RUN_LABEL } from "../model/labels.js";
import type { DesiredApp, DesiredProject } from "../model/project.js";
import type { UpReport } from "../model/report.js";
import { resourceId } from "../model/resources.js";
import { down } from "./down.js";
import { up } from "./up.js";
import { plan } from "../plan/plan.js";

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
  when: "asked" | "done";
  what: "fails" | "abort" | "crash";
}
const fault = (...what: Fault["what"][]) =>
  fc.record<Fault>({ at: fc.nat(40), when: fc.constantFrom("asked", "done"), what: fc.constantFrom(...what) });

const platform = fc.record({
  capabilities: fc.constantFrom<readonly CapabilityName[]>(
    ALL,
    ALL.filter((name) => name !== "rollback"),
    ALL.filter((name) => name !== "update" && name !== "rollback"),
  ),
  listsSettings: fc.boolean(),
  badUpdate: fc.constantFrom<BadUpdate>("kept", "rolled back", "left"),
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

const strategyOn = (engine: FakeEngine, { capabilities, ...options }: Platform): FakeStrategy =>
  new FakeStrategy({}, { capabilities }, { engine, ...options });

/** Makes the calls of a strategy fail, abort the run, or end the process, as the faults say. */
function meddleWith(strategy: FakeStrategy, faults: readonly Fault[], abort: () => void): string[] {
  const hit: string[] = [];
  let count = 0;
  strategy.meddle = (call, when) => {
    if (when === "asked") count += 1;
    const found = faults.find((each) => each.at === count && each.when === when);
    if (found === undefined) return;
    hit.push(call);
    if (found.what === "abort") abort();
    else if (found.what === "crash") strategy.crash();
    else throw new DeploymentError("ENGINE_UNREACHABLE", `${call} got no answer.`);
  };
  return hit;
}

/** A new run without faults brings all to what it should be, and `down` leaves nothing. */
async function converges(engine: FakeEngine, on: Platform, draws: readonly Draw[]): Promise<void> {
  const strategy = strategyOn(engine, on);
  const desired = projectOf(draws, false);
  const report = await up(strategy, desired, { forceUnlock: true, prune: true });
  expect(report.outcome).toBe("ok");
  for (const { service, request } of desired.apps)
    expect(engine.services.get(service)?.settings).toMatchObject({ env: request.env });
  expect([...engine.services.keys()].sort()).toEqual(desired.apps.map(({ service }) => service).sort());
  expect((await plan(strategy, desired)).hasChanges).toBe(false);
  await down(strategy, desired, { forceUnlock: true });
  expect(engine.snapshot()).toEqual({ services: {}, resources: [], locks: [] });
}

/** Every difference between the world before and now is told. */
function tells(
  report: UpReport,
  before: FakeEngine["services"],
  resources: ReadonlySet<string>,
  engine: FakeEngine,
): void {
  const told = new Map([...report.apps, ...report.orphans].map((verdict) => [verdict.service, verdict]));
  for (const service of new Set([...before.keys(), ...engine.services.keys()])) {
    const was = before.get(service);
    const is = engine.services.get(service);
    const verdict = told.get(service);
    const isAsBefore = JSON.stringify(was?.settings) === JSON.stringify(is?.settings) && was?.state === is?.state;
    const isTold = verdict !== undefined && ("now" in verdict ? verdict.leftBehind : verdict.error) !== undefined;
    expect(isAsBefore || isTold, `${service}: ${JSON.stringify(verdict)}`).toBe(true);
    if (verdict === undefined || !("now" in verdict)) continue;
    if (verdict.now === "nothing") expect(is, service).toBeUndefined();
    if (verdict.now === "before") expect(is?.settings, service).toEqual(was?.settings);
    if (verdict.now === "desired" && verdict.outcome !== "unchanged")
      expect(is?.labels[RUN_LABEL], service).toBe(report.run);
  }
  const left = [...engine.resources.values()].filter((resource) => !resources.has(resourceId(resource)));
  for (const { name } of left) {
    expect(report.resources.find((resource) => resource.name === name)?.error, name).toBeDefined();
  }
}

test("whatever fails, the world is as before, or the report says what is not; and the next run converges", async () => {
  await fc.assert(
    fc.asyncProperty(
      platform,
      file,
      file,
      fc.boolean(),
      fc.array(fault("fails", "fails", "abort"), { maxLength: 4 }),
      async (on, was, is, prune, faults) => {
        const engine = new FakeEngine();
        await up(strategyOn(engine, on), projectOf(was, false));
        const before = new Map(engine.services);
        const resources = new Set([...engine.resources.values()].map(resourceId));

        const caller = new AbortController();
        const strategy = strategyOn(engine, on);
        const hit = meddleWith(strategy, faults, () => caller.abort());
        const report = await up(strategy, projectOf(is, true), {
          signal: caller.signal,
          prune,
          revertTimeoutMs: 5000,
        }).catch((error: unknown) => {
          // Nothing was touched yet.
          expect(DeploymentError.isInstance(error), String(error)).toBe(true);
          expect(engine.services).toEqual(before);
          return undefined;
        });
        if (report !== undefined && report.outcome !== "ok" && !hasPruneFailure(report)) {
          tells(report, before, resources, engine);
          // What fails once while all is put back is tried again.
          if (hit.length < 2) expect(report.apps.filter(({ leftBehind }) => leftBehind !== undefined)).toEqual([]);
        }
        if (!hit.some((call) => /lock/.test(call))) expect(engine.locks.size).toBe(0);
        await converges(engine, on, is);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 300) },
  );
}, 120_000);

/** What could not be pruned fails a run in which all else was done: nothing is put back then. */
const hasPruneFailure = ({ apps, compensation, outcome }: UpReport): boolean =>
  outcome === "failed" && compensation.length === 0 && apps.every(({ error }) => error === undefined);

test("killed at any call, before or after it took effect, the next run converges", async () => {
  await fc.assert(
    fc.asyncProperty(platform, file, file, fc.boolean(), fault("crash"), async (on, was, is, prune, crash) => {
      const engine = new FakeEngine();
      await up(strategyOn(engine, on), projectOf(was, false));
      const strategy = strategyOn(engine, on);
      meddleWith(strategy, [crash], () => {});
      await up(strategy, projectOf(is, true), { prune }).catch((error: unknown) => {
        if (!(error instanceof Crash) && !DeploymentError.isInstance(error)) throw error;
      });
      await converges(engine, on, is);
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  );
}, 120_000);
