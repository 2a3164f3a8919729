import { expect, test } from "vitest";
import { fullName } from "../image-name.js";
import type { Suite } from "../suite.js";

/** The list of services is the engine's. */
export function listCases(suite: Suite): void {
  const own = (listed: readonly string[], names: readonly string[]) => listed.filter((name) => names.includes(name));

  test("list has each service once, sorted by name, and none that was removed", async (context) => {
    const strategy = suite.with(context, "list");
    const names = [suite.name("z"), suite.name("a"), suite.name("m")];
    for (const name of names) await suite.strategy.deploy(suite.request({ name }));
    const listed = (await strategy.list()).map(({ name }) => name);
    expect(own(listed, names)).toEqual([...names].sort());
    expect(new Set(listed).size, "a service is listed once").toBe(listed.length);
    await suite.strategy.remove(names[0] as string);
    const left = (await strategy.list()).map(({ name }) => name);
    expect(own(left, names)).toEqual(names.slice(1).sort());
  });

  test("list tells of each what the engine has", async (context) => {
    const strategy = suite.with(context, "list");
    const request = await suite.running(suite.request());
    const { ids } = await suite.settings(request.name);
    const find = async () => (await strategy.list()).find(({ name }) => name === request.name);
    const status = await suite.eventually("the list has it running", find, (found) => found?.state === "running");
    expect([...(status?.ids ?? [])].sort()).toEqual([...ids].sort());
    expect(status?.replicas).toEqual({ running: 1, desired: 1 });
    expect(fullName(status?.image ?? "")).toBe(fullName(request.image));
  });

  test("list has what has ended, too", async (context) => {
    const strategy = suite.with(context, "list");
    suite.needs(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(1) });
    await suite.strategy.deploy(request);
    const find = async () => (await strategy.list()).find(({ name }) => name === request.name);
    await suite.eventually("the list has it failed", find, (found) => found?.state === "failed");
  });

  test("list by labels has those that carry all of them with these values", async (context) => {
    const strategy = suite.with(context, "list");
    suite.needs(context, { labels: { a: "b" } });
    const mark = suite.name();
    const carrying = async (labels: Record<string, string>) => {
      const request = suite.request({ labels });
      await suite.strategy.deploy(request);
      return request.name;
    };
    const both = await carrying({ [mark]: "1", [`${mark}.more`]: "x=y" });
    const one = await carrying({ [mark]: "1" });
    const other = await carrying({ [mark]: "11" });
    const names = async (labels: Record<string, string>) =>
      (await strategy.list({ labels })).map(({ name }) => name).sort();
    expect(await names({ [mark]: "1" })).toEqual([both, one].sort());
    expect(await names({ [mark]: "1", [`${mark}.more`]: "x=y" })).toEqual([both]);
    expect(await names({ [mark]: "11" })).toEqual([other]);
    expect(await names({ [mark]: "" })).toEqual([]);
    expect(await names({ [`${mark}.absent`]: "1" })).toEqual([]);
  });
}
