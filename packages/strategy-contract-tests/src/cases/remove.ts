import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** The end of a service. */
export function removeCases(suite: Suite): void {
  const gone = async (name: string): Promise<void> => {
    expect(await suite.probes.settings(name)).toBeUndefined();
    expect(await suite.existing()).toEqual([]);
    await suite.eventually(
      `all of ${name} ends`,
      () => suite.probes.instances(name),
      (instances) => instances.length === 0,
    );
  };

  test("of one that runs", async () => {
    const { name } = await suite.running(suite.request());
    await suite.strategy.remove(name);
    await gone(name);
  });

  test("with `wait`: when it resolves, nothing of it is left", async () => {
    const { name } = await suite.running(suite.request());
    await suite.strategy.remove(name, { wait: true, timeoutMs: 60_000 });
    expect(await suite.probes.instances(name)).toEqual([]);
    await gone(name);
  });

  test("tells the process to stop, and gives it the time to end", async (context) => {
    const exec = suite.probe(context, "exec");
    const { endSlowly } = suite.programs;
    if (endSlowly === undefined) return context.skip("the target has no program endSlowly");
    suite.needs(context, { command: ["x"], mounts: [{ Type: "volume", Source: "data", Target: "/data" }] });
    const mounts = [{ Type: "volume", Source: (await suite.target.volume?.()) ?? "none", Target: "/data" }] as const;
    // A volume is a node's: both services have to be on the same one.
    const constraints = [suite.target.constraint ?? "node.role == manager"];
    const place = suite.honours({ constraints }) ? { constraints } : {};
    const { name } = await suite.running(suite.request({ ...place, mounts, command: endSlowly("/data/end") }));
    await suite.eventually(
      `${name} can be told to stop`,
      () => suite.probes.output(name),
      (lines) => lines.length > 0,
    );
    await suite.strategy.remove(name, { wait: true });
    const reader = await suite.running(suite.request({ ...place, mounts }));
    expect((await exec(reader.name, ["cat", "/data/end"])).output.trim()).toBe("ended");
  });

  test("of one that is stopped", async (context) => {
    const stop = suite.probe(context, "stop");
    const { name } = await suite.running(suite.request());
    await stop(name);
    await suite.untilRunning(name, 0);
    await suite.strategy.remove(name, { wait: true });
    await gone(name);
  });

  test.for([0, 1])("of one that has ended with %i", async (code, context) => {
    suite.needs(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(code) });
    await suite.strategy.deploy(request);
    const ended = (instances: readonly { exitCode?: number }[]) => instances.some(({ exitCode }) => exitCode === code);
    await suite.eventually(`${request.name} ends`, () => suite.probes.instances(request.name), ended);
    await suite.strategy.remove(request.name, { wait: true });
    await gone(request.name);
  });

  test("of one that ends again and again", async (context) => {
    suite.needs(context, { command: ["x"], restart: { Condition: "any" } });
    const command = suite.programs.printAndExit([{ stream: "stdout", line: "once more" }], 3);
    const { name, ...request } = suite.request({ command, restart: { Condition: "any" } });
    await suite.strategy.deploy({ name, ...request });
    await suite.eventually(
      `${name} has ended, and runs again`,
      () => suite.probes.output(name),
      (lines) => lines.length > 1,
    );
    await suite.strategy.remove(name, { wait: true });
    await gone(name);
    await suite.lateEffects();
    await gone(name);
  });

  test("of one that isn't there, or not any more: NOT_FOUND", async () => {
    const name = suite.name();
    await suite.fails(suite.strategy.remove(name), "NOT_FOUND", name);
    await suite.strategy.deploy(suite.request({ name }));
    await suite.strategy.remove(name);
    await suite.fails(suite.strategy.remove(name), "NOT_FOUND", name);
  });

  test("with a signal that has fired already: ABORTED, the service runs on", async () => {
    const { name } = await suite.running(suite.request());
    const before = await suite.untilRunning(name);
    await suite.fails(suite.strategy.remove(name, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect(await suite.untilRunning(name)).toEqual(before);
  });

  test("frees its host port", async (context) => {
    suite.needs(context, { ports: { 80: 80 } });
    const ports = { [await suite.freePort()]: 80 };
    const { name } = await suite.running(suite.request({ ports }));
    await suite.strategy.remove(name, { wait: true });
    await suite.running(suite.request({ ports }));
  });
}
