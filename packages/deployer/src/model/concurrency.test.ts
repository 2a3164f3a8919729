import { expect, test } from "vitest";
import { inOrder } from "./concurrency.js";

test("inOrder() starts a service when those before it are done, and all others at once", async () => {
  const before: Record<string, string[]> = { web: ["api", "unknown"], api: ["db"] };
  const begun: string[] = [];
  const done: string[] = [];
  const results = await inOrder(
    [{ service: "web" }, { service: "api" }, { service: "db" }, { service: "other" }],
    ({ service }) => before[service] ?? [],
    async ({ service }, first: readonly string[]) => {
      begun.push(`${service} after ${first.join(", ") || "none"}`);
      expect(done).toEqual(expect.arrayContaining([...first]));
      await new Promise((resolve) => setImmediate(resolve));
      done.push(service);
      return service;
    },
  );
  expect(begun).toEqual(["db after none", "other after none", "api after db", "web after api"]);
  expect(results).toEqual(["web", "api", "db", "other"]);
});
