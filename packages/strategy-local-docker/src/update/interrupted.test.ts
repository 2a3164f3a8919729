import { DeploymentError, type DeployRequest, type ProgressEvent, type UpdateOptions } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { ContainerWorld } from "../../test/container-world.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

type Strategy = LocalDockerDeploymentStrategy;
type Outcome = { done: true } | { done: false; error: unknown };

const FAST: UpdateOptions = { settleMs: 0, timeoutMs: 2_000 };

/** A service with two versions behind it, changed once more: each of these is interrupted at every point it has. */
interface Scenario {
  title: string;
  options?: { emulateReplicas: boolean };
  /** Version by number. */
  request: (version: number) => DeployRequest;
  /** What comes before. */
  before: (strategy: Strategy, world: ContainerWorld) => Promise<unknown>;
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

/** One that was stopped by somebody, and is to stay so if it is not changed. */
const stoppedBefore: Scenario = {
  title: "an update of one that was stopped",
  request: withPort,
  before: async (strategy, world) => {
    await strategy.deploy(withPort(1));
    await world.engine().containers.stop("demo");
  },
  change: (strategy, more) => strategy.update(withPort(2), { ...FAST, ...more }),
};

const emulated = { emulateReplicas: true };
const scenarios: Scenario[] = [
  ...updating("beside each other", plain),
  ...updating("one after the other", withPort),
  ...updating("one after the other, started again on failure", onFailure),
  ...updating("more replicas", replicated(2, 3, 4), emulated),
  ...updating("fewer replicas", replicated(3, 2, 1), emulated),
  ...updating("from no replicas to some", replicated(0, 2, 1), emulated),
  ...updating("from some replicas to none", replicated(2, 0, 2), emulated),
];

interface Prepared {
  world: ContainerWorld;
  strategy: Strategy;
  calls: number;
}

async function prepare({ before, options }: Scenario): Promise<Prepared> {
  const world = new ContainerWorld();
  const strategy = new LocalDockerDeploymentStrategy(world.engine(), options);
  await before(strategy, world);
  return { world, strategy, calls: world.calls.length };
}

const settled = async (work: Promise<unknown>): Promise<Outcome> =>
  work.then(
    () => ({ done: true }),
    (error: unknown) => ({ done: false, error }),
  );

/** The number of calls that the change makes, and what is there before and after it. */
async function measure(scenario: Scenario) {
  const { world, strategy, calls } = await prepare(scenario);
  const before = world.all();
  await scenario.change(strategy);
  return { calls: world.calls.length - calls, before, after: world.all() };
}

describe.each([...scenarios, stoppedBefore])("$title", (scenario) => {
  const fresh = (world: ContainerWorld): Strategy =>
    new LocalDockerDeploymentStrategy(world.engine(), scenario.options);

  test("whichever call fails, the service is as it was; or the change is made, and it is told", async () => {
    const { calls, before, after } = await measure(scenario);
    for (let at = 0; at < calls; at++) {
      for (const takesEffect of [false, true]) {
        const { world, strategy, calls: start } = await prepare(scenario);
        const fail = (index: number): void => {
          if (index === start + at) throw new DeploymentError("TIMEOUT", "No answer.", { hint: "Wait." });
        };
        if (takesEffect) world.onDone = fail;
        else world.onCall = fail;
        const outcome = await settled(scenario.change(strategy));
        const where = `call ${at}, ${world.calls[start + at]}${takesEffect ? ", which took effect" : ""}`;
        if (!outcome.done) {
          expect(world.all(), where).toEqual(before);
          continue;
        }
        // Too late to be put back: what is left to tidy up, the next change does.
        expect((await fresh(world).inspect("demo")).image, where).toBe(imageOf(after));
        await fresh(world).update(scenario.request(9), FAST);
        expect(roles(world), where).toEqual(expect.arrayContaining([expect.stringMatching(/^app:9/)]));
        expectTidy(world, where);
      }
    }
  });

  test("whichever event it is aborted at, the service is as it was; or the change is made", async () => {
    const { before, after } = await measure(scenario);
    for (let at = 1; ; at++) {
      const { world, strategy } = await prepare(scenario);
      const controller = new AbortController();
      let left = at;
      const observer = (_: ProgressEvent): void => {
        left -= 1;
        if (left === 0) controller.abort();
      };
      const outcome = await settled(scenario.change(strategy, { observer, signal: controller.signal }));
      if (outcome.done) expect(world.all(), `event ${at}`).toEqual(after);
      else {
        expect(outcome.error, `event ${at}`).toMatchObject({ code: "ABORTED" });
        expect(world.all(), `event ${at}`).toEqual(before);
      }
      if (left > 0) break;
    }
  });

  test("an observer that throws ends it, and the service is as it was", async () => {
    const { before, after } = await measure(scenario);
    for (let at = 1; ; at++) {
      const { world, strategy } = await prepare(scenario);
      let left = at;
      const observer = (): void => {
        left -= 1;
        if (left === 0) throw new Error("the observer's own");
      };
      const outcome = await settled(scenario.change(strategy, { observer }));
      expect(world.all(), `event ${at}`).toEqual(outcome.done ? after : before);
      if (left > 0) break;
    }
  });

  // The process of one that was stopped is not to be started again, so that the checks below do not fit it.
  if (scenario === stoppedBefore) return;

  test("whichever call is the last of its process, what is there is the service before or after, and converges", async () => {
    const { calls, before, after } = await measure(scenario);
    for (let last = 0; last <= calls; last++) {
      const killed = async (): Promise<ContainerWorld> => {
        const { world, strategy, calls: start } = await prepare(scenario);
        world.onCall = (index) => {
          if (index >= start + last) throw new Error("the process is gone");
        };
        await settled(scenario.change(strategy));
        world.onCall = () => undefined;
        return world;
      };
      const where = `after ${last} calls`;

      const seen = await killed();
      const listed = await fresh(seen).list();
      expect(
        listed.map(({ name }) => name),
        where,
      ).toEqual(["demo"]);
      expect([imageOf(before), imageOf(after)], where).toContain(listed[0]?.image);
      const inspected = await fresh(seen).inspect("demo");
      expect(inspected, where).toMatchObject({ image: listed[0]?.image, ids: listed[0]?.ids });
      expect(inspected.previous?.image, where).toBe(listed[0]?.previous?.image);

      const updated = await killed();
      await fresh(updated).update(scenario.request(9), { ...FAST, revision: inspected.revision });
      expect((await fresh(updated).inspect("demo")).previous?.image, where).toBe(listed[0]?.image);
      expectTidy(updated, where);

      const rolledBack = await killed();
      const outcome = await settled(fresh(rolledBack).rollback("demo", FAST));
      if (!outcome.done) expect(outcome.error, where).toMatchObject({ code: "CONFLICT" });
      else expect((await fresh(rolledBack).inspect("demo")).image, where).toBe(listed[0]?.previous?.image);
      expectTidy(rolledBack, where);

      const removed = await killed();
      await fresh(removed).remove("demo");
      expect(removed.all(), where).toEqual({});

      const deployed = await killed();
      const deploying = await settled(fresh(deployed).deploy(scenario.request(9)));
      if (!deploying.done) expect(deploying.error, where).toMatchObject({ code: "ALREADY_EXISTS" });
      await fresh(deployed).update(scenario.request(8), FAST);
      expectTidy(deployed, where);
    }
  });
});

/** Nothing but the service, all of it running, and the version before, of which nothing runs or would be started. */
function expectTidy(world: ContainerWorld, where: string): void {
  const all = Object.entries(world.all());
  expect(
    all.map(([name]) => name),
    where,
  ).toEqual(expect.not.arrayContaining([expect.stringMatching(/next|returning|leaving/)]));
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

const roles = (world: ContainerWorld): string[] => Object.values(world.all());

const imageOf = (all: Record<string, string>): string | undefined =>
  Object.entries(all)
    .find(([name]) => !name.includes("."))?.[1]
    .split(" ")[0];
