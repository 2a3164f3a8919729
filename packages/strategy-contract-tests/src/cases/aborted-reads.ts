import { test } from "vitest";
import type { Suite } from "../suite.js";

/** Questions that are taken back before they are asked. */
export function abortedReadsCases(suite: Suite): void {
  const signal = AbortSignal.abort();

  test("inspect with a signal that has fired already: ABORTED", async (context) => {
    const strategy = suite.with(context, "inspect");
    const { name } = await suite.running(suite.request());
    await suite.fails(strategy.inspect(name, { signal }), "ABORTED", name);
  });

  test("list with a signal that has fired already: ABORTED", async (context) => {
    await suite.fails(suite.with(context, "list").list({ signal }), "ABORTED");
  });

  test("wait with a signal that has fired already: ABORTED", async (context) => {
    const strategy = suite.with(context, "wait");
    const { name } = await suite.running(suite.request());
    await suite.fails(strategy.wait(name, { signal }), "ABORTED", name);
  });
}
