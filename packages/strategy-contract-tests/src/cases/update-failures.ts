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

/** Concurrent updates, and aborted ones. */
export function updateConflictCases(suite: Suite): void {
  const version = (request: DeployRequest, number: number | string): DeployRequest => ({
    ...request,
    env: [`VERSION=${number}`],
  });
  const first = (): Promise<DeployRequest> => suite.deployRunning(version(suite.request(), "first"));

  /** The current revision. */
  const revisionOf = async (context: TestContext, name: string): Promise<string> => {
    const { strategy } = suite;
    const status = supports(strategy, "inspect") ? await strategy.inspect(name) : undefined;
    return status?.revision ?? context.skip("the strategy returns no revision");
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

  test("update() of the current revision succeeds, and of an earlier revision rejects with CONFLICT and changes nothing", async (context) => {
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

  test("of concurrent updates of one revision, one succeeds and the others reject with CONFLICT", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await first();
    const revision = await revisionOf(context, request.name);
    const requests = numbers.map((number) => version(request, number));
    const results = await outcomes(requests.map((one) => strategy.update(one, { revision })));
    expect(results.toSorted()).toEqual(["CONFLICT", "CONFLICT", "CONFLICT", "CONFLICT", "done"]);
    await expectOneOf(request.name, [requests[results.indexOf("done")] as DeployRequest]);
  });

  test("concurrent updates leave the service with one complete version, and lost ones reject with CONFLICT", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await first();
    const requests = numbers.map((number) => version(request, number));
    const results = await outcomes(requests.map((one) => strategy.update(one)));
    expect(results.filter((outcome) => outcome !== "done" && outcome !== "CONFLICT")).toEqual([]);
    expect(results).toContain("done");
    await expectOneOf(
      request.name,
      requests.filter((_, index) => results[index] === "done"),
    );
    expect(await suite.existing()).toEqual([request.name]);
  });

  describe("an aborted update", () => {
    test("at each progress event rejects with ABORTED and leaves the service unchanged", async (context) => {
      const strategy = suite.with(context, "update");
      const request = await first();
      const all: ProgressEvent[] = [];
      const earlier = version(request, "earlier");
      await strategy.update(earlier, { observer: (event) => all.push(event) });
      if (all.length === 0) context.skip("the strategy reports no progress");
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
        expect(after, `unchanged after an abort at event ${stop}`).toEqual(before);
        expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
      }
      await suite.untilRunning(request.name);
    });

    test.for([0, 1, 3, 10, 30, 100, 300])(
      "after %i ms either completes or leaves the service unchanged",
      async (ms, context) => {
        const strategy = suite.with(context, "update");
        const request = await first();
        const second = version(request, "second");
        const controller = new AbortController();
        const updating = outcomes([strategy.update(second, { signal: controller.signal })]);
        await delay(ms);
        controller.abort();
        const [results] = await updating;
        expect(["done", "ABORTED"]).toContain(results);
        await suite.lateEffects();
        await expectOneOf(request.name, [results === "done" ? second : request]);
        expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
      },
    );
  });
}

const seconds = (count: number): number => count * 1_000_000_000;

/** Updates to a version that can't run: their errors, and the state of the service. */
export function updateFailureCases(suite: Suite): void {
  const first = (part: Partial<DeployRequest> = {}): Promise<DeployRequest> =>
    suite.deployRunning(suite.request({ env: ["VERSION=1"], command: suite.programs.run(), ...part }));
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

  /** The error of an update, or of the wait for it if the update only starts it. */
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

  test("an update to a process that exits fails with the exit code and the last log lines; a rejected one leaves the service unchanged", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    suite.skipUnlessSupported(context, { command: ["x"] });
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

  test("a failed update with FailureAction rollback fails with ROLLED_BACK, and the previous version runs", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const updateConfig = { FailureAction: "rollback", Monitor: seconds(3) } as const;
    suite.skipUnlessSupported(context, { command: ["x"], updateConfig });
    const request = await first({ updateConfig });
    const updating = updates.update(crashing(request));
    const { error } = await failureOf(updating, () => waits.wait(request.name), ["ROLLED_BACK"], request.name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect(error.instance?.lastLogLines?.join("\n")).toContain("it went wrong");
    await isFirst(request.name);

    // A reported failure does not count after the next update.
    const last = { ...request, env: ["VERSION=3"] };
    await updates.update(last);
    expect(await waits.wait(request.name)).toMatchObject({ state: "running" });
    expect((await suite.settings(request.name)).env).toContain("VERSION=3");
  });

  test("a failed update with FailureAction pause fails with TASK_FAILED and keeps the new version", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const updateConfig = { FailureAction: "pause", Monitor: seconds(3) } as const;
    suite.skipUnlessSupported(context, { command: ["x"], updateConfig });
    const request = await first({ updateConfig });
    await updates.update(crashing(request));
    const error = await suite.fails(waits.wait(request.name), "TASK_FAILED", request.name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });

  test("an update that no node can run keeps the service running and can be reverted", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const looks = suite.with(context, "inspect");
    const constraints = ["node.labels.no-such-label == 1"];
    const updateConfig = { Order: "start-first", Monitor: seconds(1) } as const;
    suite.skipUnlessSupported(context, { command: ["x"], constraints, updateConfig });
    const request = await first({ updateConfig });
    await updates.update({ ...request, env: ["VERSION=2"], constraints });
    await suite.lateEffects();
    expect(await looks.inspect(request.name), "the previous version keeps running").toMatchObject({
      replicas: { running: 1, desired: 1 },
    });
    await updates.update(request);
    await waits.wait(request.name);
    expect(await looks.inspect(request.name)).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
    await isFirst(request.name);
  });

  test("an update to a missing image fails; a rejected one leaves the service unchanged", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const request = await first();
    const updating = updates.update({ ...request, env: ["VERSION=2"], image: suite.target.images.missing });
    const codes = ["IMAGE_NOT_FOUND", "TASK_FAILED", "ROLLED_BACK"] as const;
    const { refused } = await failureOf(updating, () => waits.wait(request.name), codes, request.name);
    if (refused) await isFirst(request.name);
  });
}
