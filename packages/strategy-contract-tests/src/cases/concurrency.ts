import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

const MANY = 5;
const numbers = Array.from({ length: MANY }, (_, index) => index);

/** Several operations at the same time. */
export function concurrencyCases(suite: Suite): void {
  test("different names: all are there, each with its own settings", async () => {
    const requests = numbers.map((number) => suite.request({ env: [`NUMBER=${number}`] }));
    await Promise.all(requests.map((request) => suite.strategy.deploy(request)));
    expect(await suite.existing()).toEqual(requests.map(({ name }) => name).sort());
    for (const [number, { name }] of requests.entries()) {
      await suite.untilRunning(name);
      expect((await suite.settings(name)).env).toContain(`NUMBER=${number}`);
    }
    await Promise.all(requests.map(({ name }) => suite.strategy.remove(name)));
    expect(await suite.existing()).toEqual([]);
  });

  test("one name: exactly one wins, the others are ALREADY_EXISTS and leave it alone", async () => {
    const name = suite.name();
    const requests = numbers.map((number) => suite.request({ name, env: [`NUMBER=${number}`] }));
    const outcomes = await Promise.allSettled(requests.map((request) => suite.strategy.deploy(request)));
    const winners = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    const losses = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(winners).toHaveLength(1);
    expect(losses.map((error) => (DeploymentError.isInstance(error) ? error.code : String(error)))).toEqual(
      losses.map(() => "ALREADY_EXISTS"),
    );
    expect(await suite.existing()).toEqual([name]);
    await suite.untilRunning(name);
    expect((await suite.settings(name)).env).toContain(`NUMBER=${winners[0]}`);
  });

  test("removals of one name: it is gone, and whoever comes too late gets NOT_FOUND", async () => {
    const { name } = await suite.running(suite.request());
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => suite.strategy.remove(name)));
    const codes = outcomes.map((outcome) =>
      outcome.status === "rejected" ? (outcome.reason as DeploymentError).code : "done",
    );
    expect(codes.filter((code) => code !== "NOT_FOUND").length, codes.join()).toBeGreaterThanOrEqual(1);
    expect(new Set(codes)).toEqual(new Set(codes.filter((code) => code === "done" || code === "NOT_FOUND")));
    expect(await suite.existing()).toEqual([]);
  });
}
