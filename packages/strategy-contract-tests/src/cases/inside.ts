import { describe, test } from "vitest";
import { requestOf, views } from "../samples/views.js";
import type { Suite } from "../suite.js";

/** What a process sees of the request that it runs by. */
export function insideCases(suite: Suite): void {
  describe("a process sees", () => {
    test.for(views)("$title", async (view, context) => {
      const exec = suite.probe(context, "exec");
      const part = await requestOf(view, suite);
      suite.needs(context, part);
      const { name } = await suite.running(suite.request(part));
      view.check(await exec(name, view.words));
    });
  });
}
