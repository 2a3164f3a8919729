import { setTimeout as delay } from "node:timers/promises";
import {
  DeploymentError,
  type DeployRequest,
  type ErrorCode,
  parseRequest,
  type ProgressEvent,
  supports,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { expectSettings } from "../compare-settings.js";
import type { Suite } from "../suite.js";

const numbers = [0, 1, 2, 3, 4];

/** Updates that others get in the way of, and updates that are aborted. */
export function updateConflictCases(suite: Suite): void {
  const version = (request: DeployRequest, number: number | string): DeployRequest => ({
    ...request,
    env: [`VERSION=${number}`],
  });
  const first = (): Promise<DeployRequest> => suite.running(version(suite.request(), "first"));

  /** The revision as it is told now. */
  const revisionOf = async (context: TestContext, name: string): Promise<string> => {
    const { strategy } = suite;
    const status = supports(strategy, "inspect") ? await strategy.inspect(name) : undefined;
    return status?.revision ?? context.skip("the strategy tells no revision");
  };
  const expectOneOf = async (name: string, requests: readonly DeployRequest[]): Promise<void> => {
    const { env } = await suite.settings(name);
    const is = requests.find((request) => env.includes(request.env?.[0] ?? ""));
    if (is === undefined) throw new Error(`the engine has none of the versions: ${env.join(", ")}`);
    expectSettings(await suite.settings(name), parseRequest(is));
    await suite.untilRunning(name);
  };
  const outcomes = async (updates: Promise<unknown>[]): Promise<string[]> =>
    (await Promise.allSettled(updates)).map((outcome) => {
      if (outcome.status === "fulfilled") return "done";
      return DeploymentError.isInstance(outcome.reason) ? outcome.reason.code : String(outcome.reason);
    });

  test("an update of what was seen is made; one of what has been changed since: CONFLICT, the service as it is", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await first();
    const revision = await revisionOf(context, request.name);
    const second = version(request, "second");
    await strategy.update(second, { revision });
    const error = await suite.fails(strategy.update(version(request, "third"), { revision }), "CONFLICT", request.name);
    expect(error.message).not.toContain("VERSION=");
    await expectOneOf(request.name, [second]);
    await strategy.update(version(request, "third"), { revision: await revisionOf(context, request.name) });
    await expectOneOf(request.name, [version(request, "third")]);
  });

  test("updates of the same that was seen: exactly one is made, the others are CONFLICT", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await first();
    const revision = await revisionOf(context, request.name);
    const requests = numbers.map((number) => version(request, number));
    const told = await outcomes(requests.map((one) => strategy.update(one, { revision })));
    expect(told.toSorted()).toEqual(["CONFLICT", "CONFLICT", "CONFLICT", "CONFLICT", "done"]);
    await expectOneOf(request.name, [requests[told.indexOf("done")] as DeployRequest]);
  });

  test("updates at the same time: the service is one of them, whole; those that are not made are CONFLICT", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await first();
    const requests = numbers.map((number) => version(request, number));
    const told = await outcomes(requests.map((one) => strategy.update(one)));
    expect(told.filter((outcome) => outcome !== "done" && outcome !== "CONFLICT")).toEqual([]);
    expect(told).toContain("done");
    await expectOneOf(
      request.name,
      requests.filter((_, index) => told[index] === "done"),
    );
    expect(await suite.existing()).toEqual([request.name]);
  });

  describe("an update that is aborted", () => {
    test("at each progress event: ABORTED, the service as it was", async (context) => {
      const strategy = suite.with(context, "update");
      const request = await first();
      const all: ProgressEvent[] = [];
      const earlier = version(request, "earlier");
      await strategy.update(earlier, { observer: (event) => all.push(event) });
      if (all.length === 0) context.skip("the strategy tells no progress");
      const { ids: _, ...before } = await suite.settings(request.name);
      for (let stop = 0; stop < all.length; stop += 1) {
        const controller = new AbortController();
        let seen = 0;
        const observer = () => {
          if (seen === stop) controller.abort();
          seen += 1;
        };
        const updating = strategy.update(version(request, "aborted"), { signal: controller.signal, observer });
        await suite.fails(updating, "ABORTED", request.name);
        await suite.lateEffects();
        const { ids: __, ...after } = await suite.settings(request.name);
        expect(after, `as it was before, aborted at event ${stop}`).toEqual(before);
        expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
      }
      await suite.untilRunning(request.name);
    });

    test.for([0, 1, 3, 10, 30, 100, 300])(
      "after %i ms: either it was made, or the service is as it was",
      async (ms, context) => {
        const strategy = suite.with(context, "update");
        const request = await first();
        const second = version(request, "second");
        const controller = new AbortController();
        const updating = outcomes([strategy.update(second, { signal: controller.signal })]);
        await delay(ms);
        controller.abort();
        const [told] = await updating;
        expect(["done", "ABORTED"]).toContain(told);
        await suite.lateEffects();
        await expectOneOf(request.name, [told === "done" ? second : request]);
        expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
      },
    );
  });
}

const seconds = (count: number): number => count * 1_000_000_000;

/** Updates to what can't run: what is told of them, and what becomes of the service. */
export function updateFailureCases(suite: Suite): void {
  const first = (part: Partial<DeployRequest> = {}): Promise<DeployRequest> =>
    suite.running(suite.request({ env: ["VERSION=1"], command: suite.programs.run(), ...part }));
  const crashing = (request: DeployRequest): DeployRequest => ({
    ...request,
    env: ["VERSION=2"],
    command: suite.programs.printAndExit([{ stream: "stderr", line: "it went wrong" }], 3),
  });
  const isFirst = async (name: string): Promise<void> => {
    await suite.eventually(
      "it is the first version",
      () => suite.settings(name),
      ({ env }) => env.includes("VERSION=1"),
    );
    await suite.untilRunning(name);
  };

  /** The error with which an update fails, or, where it is only begun, the wait for it. */
  const failureOf = async (
    updating: Promise<unknown>,
    waiting: () => Promise<unknown>,
    codes: readonly ErrorCode[],
    name: string,
  ) => {
    const refused = await updating.then(
      () => false,
      (error: unknown) => (DeploymentError.isInstance(error) ? true : Promise.reject(error)),
    );
    return { refused, error: await suite.fails(refused ? updating : waiting(), codes, name) };
  };

  test("an update to what ends at once is told, with exit code and last lines; one that is refused leaves the service as it was", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    suite.needs(context, { command: ["x"] });
    const request = await first();
    const codes = ["TASK_FAILED", "ROLLED_BACK"] as const;
    const { refused, error } = await failureOf(
      updates.update(crashing(request)),
      () => waits.wait(request.name),
      codes,
      request.name,
    );
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect(error.instance?.lastLogLines?.join("\n")).toContain("it went wrong");
    if (refused) await isFirst(request.name);
    expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
  });

  test("an update that is to be rolled back when it fails: ROLLED_BACK, and the earlier version runs", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const updateConfig = { FailureAction: "rollback", Monitor: seconds(3) } as const;
    suite.needs(context, { command: ["x"], updateConfig });
    const request = await first({ updateConfig });
    const updating = updates.update(crashing(request));
    const { error } = await failureOf(updating, () => waits.wait(request.name), ["ROLLED_BACK"], request.name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect(error.instance?.lastLogLines?.join("\n")).toContain("it went wrong");
    await isFirst(request.name);

    // A failure that was told is history once the service is updated again.
    const last = { ...request, env: ["VERSION=3"] };
    await updates.update(last);
    expect(await waits.wait(request.name)).toMatchObject({ state: "running" });
    expect((await suite.settings(request.name)).env).toContain("VERSION=3");
  });

  test("an update that is to pause when it fails: TASK_FAILED, and the service stays what it was updated to", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const updateConfig = { FailureAction: "pause", Monitor: seconds(3) } as const;
    suite.needs(context, { command: ["x"], updateConfig });
    const request = await first({ updateConfig });
    await updates.update(crashing(request));
    const error = await suite.fails(waits.wait(request.name), "TASK_FAILED", request.name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });

  test("an update that no node can take, and that is taken back, leaves a service that runs", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const looks = suite.with(context, "inspect");
    const constraints = ["node.labels.no-such-label == 1"];
    const updateConfig = { Order: "start-first", Monitor: seconds(1) } as const;
    suite.needs(context, { command: ["x"], constraints, updateConfig });
    const request = await first({ updateConfig });
    await updates.update({ ...request, env: ["VERSION=2"], constraints });
    await suite.lateEffects();
    expect(await looks.inspect(request.name), "the earlier version runs on").toMatchObject({
      replicas: { running: 1, desired: 1 },
    });
    await updates.update(request);
    await waits.wait(request.name);
    expect(await looks.inspect(request.name)).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
    await isFirst(request.name);
  });

  test("an update to an image that is nowhere is told, and where it is refused the service is as it was", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const request = await first();
    const updating = updates.update({ ...request, env: ["VERSION=2"], image: suite.target.images.missing });
    const codes = ["IMAGE_NOT_FOUND", "TASK_FAILED", "ROLLED_BACK"] as const;
    const { refused } = await failureOf(updating, () => waits.wait(request.name), codes, request.name);
    if (refused) await isFirst(request.name);
  });
}
