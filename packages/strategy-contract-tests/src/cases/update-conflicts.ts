import { setTimeout as delay } from "node:timers/promises";
import {
  DeploymentError,
  type DeployRequest,
  parseRequest,
  type ProgressEvent,
  supports,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { expectSettings } from "../compare.js";
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
