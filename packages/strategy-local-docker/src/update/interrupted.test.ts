import { DeploymentError, type DeployRequest, type ProgressEvent, type UpdateOptions } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { MemoryEngine } from "../../test/memory-engine.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

type Strategy = LocalDockerDeploymentStrategy;
type Outcome = { done: true } | { done: false; error: unknown };

const FAST: UpdateOptions = { settleMs: 0, timeoutMs: 60_000 };

/** A service that is changed once more after some versions. The change is interrupted at each of its calls and events. */
interface Scenario {
  title: string;
  options?: { emulateReplicas: boolean };
  /** The request of a version, by its number. */
  request: (version: number) => DeployRequest;
  /** Prepares the service. */
  before: (strategy: Strategy, memory: MemoryEngine) => Promise<unknown>;
  change: (strategy: Strategy, options?: object) => Promise<unknown>;
}

const plain = (version: number): DeployRequest => ({ name: "demo", image: `app:${version}` });
const withPort = (version: number): DeployRequest => ({ ...plain(version), ports: { 8080: 80 } });
const onFailure = (version: number): DeployRequest => ({
  ...withPort(version),
  restart: { Condition: "on-failure", MaxAttempts: 3 },
});
const replicated =
  (...counts: number[]) =>
  (version: number): DeployRequest => ({
    ...plain(version),
    env: ["APP_UUID=D"],
    mode: { Replicated: { Replicas: counts[version - 1] ?? 1 } },
  });

const updating = (title: string, request: Scenario["request"], options?: Scenario["options"]): Scenario[] => [
  {
    title: `first update, ${title}`,
    request,
    ...(options && { options }),
    before: (strategy) => strategy.deploy(request(1)),
    change: (strategy, more) => strategy.update(request(2), { ...FAST, ...more }),
  },
  {
    title: `second update, ${title}`,
    request,
    ...(options && { options }),
    before: async (strategy) => {
      await strategy.deploy(request(1));
      await strategy.update(request(2), FAST);
    },
    change: (strategy, more) => strategy.update(request(3), { ...FAST, ...more }),
  },
  {
    title: `rollback, ${title}`,
    request,
    ...(options && { options }),
    before: async (strategy) => {
      await strategy.deploy(request(1));
      await strategy.update(request(2), FAST);
    },
    change: (strategy, more) => strategy.rollback("demo", { ...FAST, ...more }),
  },
  {
    title: `second rollback, ${title}`,
    request,
    ...(options && { options }),
    before: async (strategy) => {
      await strategy.deploy(request(1));
      await strategy.update(request(2), FAST);
      await strategy.rollback("demo", FAST);
    },
    change: (strategy, more) => strategy.rollback("demo", { ...FAST, ...more }),
  },
];

/** A service that was stopped manually, and stays stopped unless it is changed. */
const stoppedBefore: Scenario = {
  title: "update of a stopped service",
  request: withPort,
  before: async (strategy, memory) => {
    await strategy.deploy(withPort(1));
    await memory.engine().containers.stop("demo");
  },
  change: (strategy, more) => strategy.update(withPort(2), { ...FAST, ...more }),
};

const emulated = { emulateReplicas: true };
const scenarios: Scenario[] = [
  ...updating("start-first", plain),
  ...updating("stop-first", withPort),
  ...updating("stop-first, restarted on failure", onFailure),
  ...updating("more replicas", replicated(2, 3, 4), emulated),
  ...updating("fewer replicas", replicated(3, 2, 1), emulated),
  ...updating("from no replicas to some", replicated(0, 2, 1), emulated),
  ...updating("from some replicas to none", replicated(2, 0, 2), emulated),
];

/**
 * The numbers from `first` to `last`: all, or if the change repeats another one with emulated replicas or another restart policy,
 * every third and the last. `npm run test:all` sets EVERY_CALL.
 */
function callsOf({ options, request }: Scenario, first: number, last: number): number[] {
  const isRepetition = options?.emulateReplicas || request === onFailure;
  const step = isRepetition && process.env["EVERY_CALL"] === undefined ? 3 : 1;
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return numbers.filter((number) => (number - first) % step === 0 || number === last);
}

interface Prepared {
  memory: MemoryEngine;
  strategy: Strategy;
}

/** Prepares the service once, and returns a function that copies its engine for each change. */
async function prepare({ before, options }: Scenario): Promise<() => Prepared> {
  const prepared = new MemoryEngine();
  await before(new LocalDockerDeploymentStrategy(prepared.engine(), options), prepared);
  return () => {
    const memory = prepared.copy();
    return { memory, strategy: new LocalDockerDeploymentStrategy(memory.engine(), options) };
  };
}

const outcomeOf = async (work: Promise<unknown>): Promise<Outcome> =>
  work.then(
    () => ({ done: true }),
    (error: unknown) => ({ done: false, error }),
  );

/** The number of calls of the change, the containers before and after it, and a function that returns the prepared service. */
async function measure(scenario: Scenario) {
  const prepared = await prepare(scenario);
  const { memory, strategy } = prepared();
  const before = memory.all();
  await scenario.change(strategy);
  return { prepared, calls: memory.calls.length, before, after: memory.all() };
}

/** The engine after the process that changes the service ended, after `calls` calls. */
async function killedAfter(calls: number, { change }: Scenario, { memory, strategy }: Prepared): Promise<MemoryEngine> {
  memory.onCall = (index) => {
    if (index >= calls) throw new Error("the process is gone");
  };
  await outcomeOf(change(strategy));
  return memory.copy();
}

describe.each([...scenarios, stoppedBefore])("$title", (scenario) => {
  const fresh = (memory: MemoryEngine): Strategy =>
    new LocalDockerDeploymentStrategy(memory.engine(), scenario.options);

  test("if any call fails, the change is reverted and rejects, or it is complete", async () => {
    const { prepared, calls, before, after } = await measure(scenario);
    for (const at of callsOf(scenario, 0, calls - 1)) {
      for (const takesEffect of [false, true]) {
        const { memory, strategy } = prepared();
        const fail = (index: number): void => {
          if (index === at) throw new DeploymentError("TIMEOUT", "No answer.", { hint: "Wait." });
        };
        if (takesEffect) memory.onDone = fail;
        else memory.onCall = fail;
        const outcome = await outcomeOf(scenario.change(strategy));
        const where = `call ${at}, ${memory.calls[at]}${takesEffect ? ", which took effect" : ""}`;
        if (!outcome.done) {
          expect(memory.all(), where).toEqual(before);
          continue;
        }
        // The new version is the service already: the next change cleans up.
        expect((await fresh(memory).inspect("demo")).image, where).toBe(imageOf(after));
        await fresh(memory).update(scenario.request(9), FAST);
        expect(roles(memory), where).toEqual(expect.arrayContaining([expect.stringMatching(/^app:9/)]));
        expectClean(memory, where);
      }
    }
  });

  test("if it is aborted at any event, the change is reverted and rejects with ABORTED, or it is complete", async () => {
    const { prepared, before, after } = await measure(scenario);
    for (let at = 1; ; at++) {
      const { memory, strategy } = prepared();
      const controller = new AbortController();
      let left = at;
      const observer = (_: ProgressEvent): void => {
        left -= 1;
        if (left === 0) controller.abort();
      };
      const outcome = await outcomeOf(scenario.change(strategy, { observer, signal: controller.signal }));
      if (outcome.done) expect(memory.all(), `event ${at}`).toEqual(after);
      else {
        expect(outcome.error, `event ${at}`).toMatchObject({ code: "ABORTED" });
        expect(memory.all(), `event ${at}`).toEqual(before);
      }
      if (left > 0) break;
    }
  });

  test("if the observer throws at any event, the change is reverted, or it is complete", async () => {
    const { prepared, before, after } = await measure(scenario);
    for (let at = 1; ; at++) {
      const { memory, strategy } = prepared();
      let left = at;
      const observer = (): void => {
        left -= 1;
        if (left === 0) throw new Error("thrown by the observer");
      };
      const outcome = await outcomeOf(scenario.change(strategy, { observer }));
      expect(memory.all(), `event ${at}`).toEqual(outcome.done ? after : before);
      if (left > 0) break;
    }
  });

  // The checks below expect the service to run.
  if (scenario === stoppedBefore) return;

  test("if its process ends after any call, the service is the old or the new version, and the next change recovers it", async () => {
    const { prepared, calls, before, after } = await measure(scenario);
    for (const last of callsOf(scenario, 0, calls)) {
      const killed = await killedAfter(last, scenario, prepared());
      const where = `after ${last} calls`;

      const seen = killed.copy();
      const listed = await fresh(seen).list();
      expect(
        listed.map(({ name }) => name),
        where,
      ).toEqual(["demo"]);
      expect([imageOf(before), imageOf(after)], where).toContain(listed[0]?.image);
      const inspected = await fresh(seen).inspect("demo");
      expect(inspected, where).toMatchObject({ image: listed[0]?.image, ids: listed[0]?.ids });
      expect(inspected.previous?.image, where).toBe(listed[0]?.previous?.image);

      const updated = killed.copy();
      await fresh(updated).update(scenario.request(9), { ...FAST, revision: inspected.revision });
      expect((await fresh(updated).inspect("demo")).previous?.image, where).toBe(listed[0]?.image);
      expectClean(updated, where);

      const rolledBack = killed.copy();
      const outcome = await outcomeOf(fresh(rolledBack).rollback("demo", FAST));
      if (!outcome.done) expect(outcome.error, where).toMatchObject({ code: "CONFLICT" });
      else expect((await fresh(rolledBack).inspect("demo")).image, where).toBe(listed[0]?.previous?.image);
      expectClean(rolledBack, where);

      const removed = killed.copy();
      await fresh(removed).remove("demo");
      expect(removed.all(), where).toEqual({});

      const deployed = killed.copy();
      const deploying = await outcomeOf(fresh(deployed).deploy(scenario.request(9)));
      if (!deploying.done) expect(deploying.error, where).toMatchObject({ code: "ALREADY_EXISTS" });
      await fresh(deployed).update(scenario.request(8), FAST);
      expectClean(deployed, where);
    }
  });
});

/** The suffixes of earlier releases, by those of today. */
const FORMER_SUFFIXES: Record<string, string> = { candidate: "next", restoring: "returning", retiring: "leaving" };

test.each(scenarios)("an update that an earlier release left unfinished is recovered: $title", async (scenario) => {
  const fresh = (memory: MemoryEngine): Strategy =>
    new LocalDockerDeploymentStrategy(memory.engine(), scenario.options);
  const { prepared, calls } = await measure(scenario);
  let renamed = 0;
  for (const last of callsOf(scenario, 0, calls)) {
    const memory = await killedAfter(last, scenario, prepared());
    const before = await fresh(memory).inspect("demo");
    for (const container of memory.containers.values()) {
      const former = container.Name.replace(
        /(?<=\.)(candidate|restoring|retiring)\b/,
        (role) => FORMER_SUFFIXES[role] ?? role,
      );
      if (former !== container.Name) renamed += 1;
      container.Name = former;
    }

    const where = `after ${last} calls`;
    const { ids, previous } = await fresh(memory).inspect("demo");
    expect({ ids, previous }, where).toEqual({ ids: before.ids, previous: before.previous });
    await fresh(memory).update(scenario.request(9), FAST);
    expect((await fresh(memory).inspect("demo")).previous?.image, where).toBe(before.image);
    expectClean(memory, where);
  }
  expect(renamed).toBeGreaterThan(0);
});

/** Only the service, running, and its previous version, which neither runs nor would be started. */
function expectClean(memory: MemoryEngine, where: string): void {
  const all = Object.entries(memory.all());
  expect(
    all.map(([name]) => name),
    where,
  ).toEqual(expect.not.arrayContaining([expect.stringMatching(/candidate|restoring|retiring|next|returning|leaving/)]));
  const kept = all.filter(([name]) => name.includes(".previous"));
  const service = all.filter(([name]) => !name.includes("."));
  expect(kept.length + service.length, where).toBe(all.length);
  if (service.some(([name]) => name === "demo-0")) {
    expect(service, where).toEqual([["demo-0", expect.stringMatching(/ (exited|created) no$/)]]);
    return;
  }
  expect(
    service.map(([, state]) => state.split(" ")[1]),
    where,
  ).toEqual(service.map(() => "running"));
  expect(new Set(service.map(([, state]) => state)).size, where).toBe(1);
  for (const [, state] of kept) expect(state, where).toMatch(/ (exited|created) no$/);
  expect(new Set(kept.map(([, state]) => state)).size, where).toBeLessThanOrEqual(1);
}

const roles = (memory: MemoryEngine): string[] => Object.values(memory.all());

const imageOf = (all: Record<string, string>): string | undefined =>
  Object.entries(all)
    .find(([name]) => !name.includes("."))?.[1]
    .split(" ")[0];
