import {
  type Capabilities,
  type CapabilityName,
  DeploymentError,
  type DeployRequest,
  type LockHolder,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
} from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import { expectError } from "../expectations.js";
import type { Suite } from "../suite.js";
import { withVersion } from "../utilities.js";

export interface FailedCallsOptions {
  /**
   * How many calls of each operation fail, each in a separate attempt: the first, the last, and others at equal distances; with
   * 1 the one in the middle. `all`: each. Default 3.
   */
  calls?: number | "all";
}

/** An operation on a subject that exists for this attempt only. */
interface Attempt {
  run(): Promise<unknown>;
  /** The state of the subject on the platform, in words. */
  state(): Promise<string>;
  /** Removes the subject with the strategy, whatever its state is. */
  remove(): Promise<unknown>;
}

/** An operation, and the states of its subject before and after it. */
interface Operation {
  before: string;
  after: string;
  /** A state that is left if the operation rejects, and from which it can be repeated. Default: none. */
  between?: string;
  prepare(suite: Suite, context: TestContext): Promise<Attempt>;
}

/** A failed call of the platform leaves an operation undone or complete, and nothing in between. */
export function failedCallCases(suite: Suite, { calls = 3 }: FailedCallsOptions = {}): void {
  for (const [name, operation] of Object.entries(operations)) {
    test(`${name} changes everything or nothing if a call of the platform fails`, async (context) => {
      for (const number of sample(await countCalls(suite, context, operation), calls))
        await failOnce(suite, context, operation, number);
    });
  }
}

const callsOf = ({ target }: Suite, context: TestContext) =>
  target.calls ?? context.skip("the target has no calls, which would count and fail the calls of the strategy");

/** The number of calls of an operation without a failure. */
async function countCalls(suite: Suite, context: TestContext, { after, prepare }: Operation): Promise<number> {
  const calls = callsOf(suite, context);
  const { run, state, remove } = await prepare(suite, context);
  const start = calls.count();
  await run();
  const count = calls.count() - start;
  await suite.eventually(`the state is ${after}`, state, (text) => text === after);
  await remove();
  expect(count, "calls of the operation, as the target counts them").toBeGreaterThan(0);
  return count;
}

async function failOnce(
  suite: Suite,
  context: TestContext,
  { before, after, between, prepare }: Operation,
  number: number,
) {
  const calls = callsOf(suite, context);
  const { run, state, remove } = await prepare(suite, context);
  calls.failCall(number);
  const error = await run().then(
    () => undefined,
    (reason: unknown) => reason ?? new Error("rejected with undefined"),
  );
  const where = `if call ${number} fails, ${calls.stopFailing() ?? "which it did not make"}`;
  if (error !== undefined) await expectTyped(suite, error, where);
  const accepted = error === undefined ? [after] : [before, after, ...(between === undefined ? [] : [between])];
  await suite.eventually(`the state is ${accepted.join(" or ")} ${where}`, state, (text) => accepted.includes(text));
  await remove();
  expect(await suite.existing(), `services that are left ${where}`).toEqual([]);
}

async function expectTyped({ manifest }: Suite, error: unknown, where: string): Promise<void> {
  if (!DeploymentError.isInstance(error)) throw new Error(`expected a DeploymentError ${where}`, { cause: error });
  await expectError(Promise.reject(error), { code: error.code, strategy: manifest.name });
}

/** Some of the numbers from 1 to `count`, ascending: see {@link FailedCallsOptions.calls}. */
export function sample(count: number, calls: number | "all"): number[] {
  const size = calls === "all" ? count : Math.min(calls, count);
  if (size <= 1) return size <= 0 ? [] : [Math.ceil(count / 2)];
  return Array.from({ length: size }, (_, index) => 1 + Math.round((index * (count - 1)) / (size - 1)));
}

const NOTHING = "nothing";
const running = (version: number, count: number): string => `version ${version}, ${count} running`;

async function serviceState({ probes }: Suite, name: string): Promise<string> {
  const settings = await probes.settings(name);
  if (settings === undefined) return NOTHING;
  const count = (await probes.instances(name)).filter((instance) => instance.running).length;
  return running(Number(settings.env.find((entry) => entry.startsWith("VERSION="))?.slice("VERSION=".length)), count);
}

async function removeIfThere(suite: Suite, name: string): Promise<void> {
  if ((await suite.probes.settings(name)) === undefined) return;
  await suite.strategy.remove(name, { wait: true });
  await suite.eventually(
    `${name} is removed`,
    () => suite.existing(),
    (names) => !names.includes(name),
  );
}

type With<Name extends CapabilityName> = OpenFactoryServiceDeploymentStrategy & Capabilities[Name];

interface ServiceOperation<Name extends CapabilityName> {
  before?: string;
  between?: string;
  after: string;
  capability?: Name;
  /** The field that the service requires. Default: none. */
  part?: Partial<DeployRequest>;
  /** Brings the running service of version 1 to the state before. Default: it is that state. */
  arrange?(strategy: With<Name>, request: DeployRequest): Promise<unknown>;
  run(strategy: With<Name>, request: DeployRequest): Promise<unknown>;
}

/** An operation on a service that runs. */
const onService = <Name extends CapabilityName>({
  before = running(1, 1),
  between,
  after,
  capability,
  part = {},
  arrange,
  run,
}: ServiceOperation<Name>): Operation => ({
  before,
  after,
  ...(between !== undefined && { between }),
  async prepare(suite, context) {
    if (capability !== undefined) suite.with(context, capability);
    suite.skipUnlessSupported(context, part);
    const strategy = suite.strategy as With<Name>;
    const request = await suite.deployRunning(withVersion(suite.request(part), 1));
    await arrange?.(strategy, request);
    const state = () => serviceState(suite, request.name);
    await suite.eventually(`the state is ${before}`, state, (text) => text === before);
    return { run: () => run(strategy, request), state, remove: () => removeIfThere(suite, request.name) };
  },
});

const HOLDER: LockHolder = { id: "holder-1", owner: "the contract tests", since: "2026-01-01T00:00:00.000Z" };
const OTHER: LockHolder = { ...HOLDER, id: "holder-2" };
const FREE = "free";
const HELD = `held by ${HOLDER.id}`;

const onLock = (isHeld: boolean): Operation => ({
  before: isHeld ? HELD : FREE,
  after: isHeld ? FREE : HELD,
  async prepare(suite, context) {
    const strategy = suite.with(context, "lock");
    const name = suite.name();
    if (isHeld) await strategy.lock(name, HOLDER);
    return {
      run: () => (isHeld ? strategy.unlock(name, HOLDER.id) : strategy.lock(name, HOLDER)),
      async state() {
        // Only another holder gets to know who holds a lock.
        const holder = await strategy.lock(name, OTHER);
        if (holder !== undefined) return `held by ${holder.id}`;
        await strategy.unlock(name, OTHER.id);
        return FREE;
      },
      remove: () => strategy.unlock(name, HOLDER.id),
    };
  },
});

const EXISTS = "exists";

const onResource = (exists: boolean): Operation => ({
  before: exists ? EXISTS : NOTHING,
  after: exists ? NOTHING : EXISTS,
  async prepare(suite, context) {
    const strategy = suite.with(context, "resources");
    const kind = (["network", "volume"] as const).find((one) => strategy.resourceKinds.includes(one));
    if (kind === undefined) return context.skip("the strategy manages neither networks nor volumes");
    const spec = { kind, name: suite.name(), labels: { ...suite.target.labels } };
    const create = () => strategy.createResource(spec);
    const remove = () => strategy.removeResource(kind, spec.name);
    if (exists) await create();
    const state = async (): Promise<string> =>
      (await strategy.listResources({ kinds: [kind] })).some(
        ({ name, incomplete }) => name === spec.name && !incomplete,
      )
        ? EXISTS
        : NOTHING;
    return { run: exists ? remove : create, state, remove: async () => (await state()) === EXISTS && remove() };
  },
});

const operations: Readonly<Record<string, Operation>> = {
  "deploy()": {
    before: NOTHING,
    after: running(1, 1),
    async prepare(suite) {
      const request = withVersion(suite.request(), 1);
      return {
        run: () => suite.strategy.deploy(request),
        state: () => serviceState(suite, request.name),
        remove: () => removeIfThere(suite, request.name),
      };
    },
  },
  "remove()": onService({
    after: NOTHING,
    // The processes of a service end before it is removed. They are not started again.
    between: running(1, 0),
    run: (strategy, { name }) => strategy.remove(name, { wait: true }),
  }),
  "update()": onService({
    after: running(2, 1),
    capability: "update",
    run: (strategy, request) => strategy.update(withVersion(request, 2)),
  }),
  "rollback()": onService({
    before: running(2, 1),
    after: running(1, 1),
    capability: "rollback",
    async arrange(strategy, request) {
      if (supports(strategy, "update")) await strategy.update(withVersion(request, 2));
      if (supports(strategy, "wait")) await strategy.wait(request.name);
    },
    run: (strategy, { name }) => strategy.rollback(name),
  }),
  "scale()": onService({
    after: running(1, 2),
    capability: "scale",
    part: { mode: { Replicated: { Replicas: 1 } } },
    run: (strategy, { name }) => strategy.scale(name, 2),
  }),
  "restart()": onService({
    after: running(1, 1),
    capability: "restart",
    run: (strategy, { name }) => strategy.restart(name),
  }),
  "stop()": onService({ after: running(1, 0), capability: "stop", run: (strategy, { name }) => strategy.stop(name) }),
  "start()": onService({
    before: running(1, 0),
    after: running(1, 1),
    capability: "stop",
    arrange: (strategy, { name }) => strategy.stop(name),
    run: (strategy, { name }) => strategy.start(name),
  }),
  "lock()": onLock(false),
  "unlock()": onLock(true),
  "createResource()": onResource(false),
  "removeResource()": onResource(true),
};
