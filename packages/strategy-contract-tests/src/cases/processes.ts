import { type DeployRequest, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { ObservedSettings } from "../target.js";
import type { Suite } from "../suite.js";

/** The settings that neither restart() nor stop() and start() may change. */
const kept = ({ ids: _, ...settings }: ObservedSettings): Partial<ObservedSettings> => settings;

/** Two replicas, if the strategy supports replicas. */
function replicated(suite: Suite): { part: Partial<DeployRequest>; count: number } {
  const mode = { Replicated: { Replicas: 2 } };
  return suite.isSupported({ mode }) ? { part: { mode }, count: 2 } : { part: {}, count: 1 };
}

/** Deploys a service, and updates it to `VERSION=2`, so that it has a previous version. */
async function deployTwoVersions(suite: Suite, context: TestContext): Promise<DeployRequest> {
  const strategy = suite.with(context, "update");
  const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
  const newer = { ...request, env: ["VERSION=2"] };
  await strategy.update(newer);
  if (supports(strategy, "wait")) await strategy.wait(request.name);
  await suite.untilRunning(request.name);
  return newer;
}

/** rollback() must restore the version before the update, or fail and change nothing: never another version. */
async function expectHonestRollback(suite: Suite, context: TestContext, name: string): Promise<void> {
  const strategy = suite.with(context, "rollback");
  const { previous } = await suite.with(context, "inspect").inspect(name);
  if (previous === undefined) {
    await suite.fails(strategy.rollback(name), "CONFLICT", name);
    expect((await suite.settings(name)).env).toContain("VERSION=2");
    return;
  }
  await strategy.rollback(name);
  await suite.untilRunning(name);
  expect((await suite.settings(name)).env).toContain("VERSION=1");
}

/** Restarting a service. */
export function restartCases(suite: Suite): void {
  test("restart() replaces the processes of all instances and changes nothing else", async (context) => {
    const strategy = suite.with(context, "restart");
    const { part, count } = replicated(suite);
    const { name } = await suite.deployRunning(suite.request({ ...part, env: ["A=1"] }));
    const [before, settings] = [await suite.processes(context, name, count), await suite.settings(name)];
    expect(await strategy.restart(name)).toEqual({ name, changed: true, warnings: [] });
    await suite.eventually(
      `all processes of ${name} are new`,
      () => suite.processes(context, name, count),
      (now) => now.every((process) => !before.includes(process)),
    );
    expect(kept(await suite.settings(name))).toEqual(kept(settings));
    expect((await suite.settings(name)).ids).toHaveLength(settings.ids.length);
    expect(await suite.existing()).toEqual([name]);
  });

  test("restart() changes no settings that inspect() returns", async (context) => {
    const strategy = suite.with(context, "restart");
    const reader = suite.with(context, "settings") && suite.with(context, "inspect");
    const { name } = await suite.deployRunning(suite.request({ env: ["A=1"] }));
    const before = await reader.inspect(name);
    await strategy.restart(name);
    await suite.untilRunning(name);
    expect((await reader.inspect(name)).settings).toEqual(before.settings);
  });

  test("restart() runs a service again that was stopped", async (context) => {
    const strategy = suite.with(context, "restart");
    const stopping = suite.with(context, "stop");
    const { part, count } = replicated(suite);
    const { name } = await suite.deployRunning(suite.request(part));
    const settings = await suite.settings(name);
    await stopping.stop(name);
    await suite.untilRunning(name, 0);
    expect(await strategy.restart(name)).toMatchObject({ changed: true });
    await suite.untilRunning(name, count);
    expect(kept(await suite.settings(name))).toEqual(kept(settings));
  });

  test("restart() runs a service again that has completed", async (context) => {
    const strategy = suite.with(context, "restart");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const command = suite.programs.printAndExit([{ stream: "stdout", line: "done" }], 0);
    const { name } = suite.once({ command });
    await suite.strategy.deploy(suite.once({ name, command }));
    const completed = () =>
      suite.eventually(
        `${name} ends`,
        () => suite.probes.instances(name),
        (all) => all.some(({ exitCode }) => exitCode === 0) && !all.some(({ running }) => running),
      );
    const before = (await completed()).map(({ process }) => process);
    await strategy.restart(name);
    await suite.eventually(`${name} has run again`, completed, (all) =>
      all.some(({ process, exitCode }) => exitCode === 0 && !before.includes(process)),
    );
  });

  test("rollback() after restart() restores the previous version, or rejects if there is none", async (context) => {
    const strategy = suite.with(context, "restart");
    const reader = suite.with(context, "inspect");
    suite.with(context, "rollback");
    const { name } = await deployTwoVersions(suite, context);
    expect((await reader.inspect(name)).previous).toBeDefined();
    const { warnings } = await strategy.restart(name);
    if (supports(suite.strategy, "wait")) await suite.strategy.wait(name);
    const isLost = (await reader.inspect(name)).previous === undefined;
    expect(warnings.map(({ code }) => code)).toEqual(isLost ? ["PREVIOUS_VERSION_LOST"] : []);
    await expectHonestRollback(suite, context, name);
  });

  test("restart() of a missing service rejects with NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "restart").restart(name), "NOT_FOUND", name);
  });

  test("restart() with an aborted signal rejects with ABORTED and restarts nothing", async (context) => {
    const strategy = suite.with(context, "restart");
    const { name } = await suite.deployRunning(suite.request());
    const before = await suite.processes(context, name);
    await suite.fails(strategy.restart(name, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect(await suite.processes(context, name)).toEqual(before);
  });
}

/** Stopping a service, and starting it again. */
export function stopCases(suite: Suite): void {
  const stopped = { state: "stopped", replicas: { running: 0 } };

  test("stop() ends all processes and keeps the service, and start() runs it as before", async (context) => {
    const strategy = suite.with(context, "stop");
    const { part, count } = replicated(suite);
    const { name } = await suite.deployRunning(suite.request({ ...part, env: ["A=1"] }));
    const settings = await suite.settings(name);
    expect(await strategy.stop(name)).toEqual({ name, changed: true, warnings: [] });
    expect((await suite.probes.instances(name)).filter(({ running }) => running)).toEqual([]);
    expect(await suite.existing()).toEqual([name]);
    expect((await suite.settings(name)).ids).toEqual(settings.ids);
    expect(await strategy.start(name)).toMatchObject({ name, changed: true });
    await suite.untilRunning(name, count);
    expect(await suite.settings(name)).toEqual(settings);
  });

  test.for(["any", "on-failure", "none"] as const)(
    "a service with the restart condition %s is stopped for inspect(), list() and wait(), and has the same settings",
    async (Condition, context) => {
      const strategy = suite.with(context, "stop");
      const reader = suite.with(context, "inspect");
      const restart = { Condition };
      if (Condition !== "any") suite.skipUnlessSupported(context, { restart });
      const { name } = await suite.deployRunning(suite.request(Condition === "any" ? {} : { restart }));
      const before = await reader.inspect(name);
      await strategy.stop(name);
      const after = await reader.inspect(name);
      expect(after).toMatchObject(stopped);
      expect(after.unfinished).toBeUndefined();
      expect(after.settings).toEqual(before.settings);
      if (supports(strategy, "list")) {
        const listed = await strategy.list({ settings: supports(strategy, "settings") });
        expect(listed.find((status) => status.name === name)).toMatchObject(stopped);
        expect(listed.find((status) => status.name === name)?.settings).toEqual(before.settings);
        const plain = await strategy.list();
        expect(plain.find((status) => status.name === name)).toMatchObject(stopped);
      }
      if (supports(strategy, "wait")) expect(await strategy.wait(name)).toMatchObject(stopped);
      await strategy.start(name);
      await suite.untilRunning(name);
      expect((await reader.inspect(name)).settings).toEqual(before.settings);
    },
  );

  test("stop() waits for the grace period of the process", async (context) => {
    const strategy = suite.with(context, "stop");
    const exec = suite.probe(context, "exec");
    const { exitSlowly } = suite.programs;
    if (exitSlowly === undefined) return context.skip("the target has no program exitSlowly");
    const mounts = [{ Type: "volume", Source: (await suite.target.volume?.()) ?? "none", Target: "/data" }] as const;
    suite.skipUnlessSupported(context, { command: ["x"], mounts });
    const constraints = [suite.target.constraint ?? "node.role == manager"];
    const place = suite.isSupported({ constraints }) ? { constraints } : {};
    const { name } = await suite.deployRunning(suite.request({ ...place, mounts, command: exitSlowly("/data/end") }));
    await suite.eventually(
      `${name} is ready for its signal`,
      () => suite.probes.output(name),
      (lines) => lines.length > 0,
    );
    await strategy.stop(name);
    const reader = await suite.deployRunning(suite.request({ ...place, mounts }));
    expect((await exec(reader.name, ["cat", "/data/end"])).output.trim()).toBe("ended");
  });

  test("stop() of a stopped service and start() of a running one change nothing", async (context) => {
    const strategy = suite.with(context, "stop");
    const { name } = await suite.deployRunning(suite.request());
    const before = await suite.processes(context, name);
    const unchanged = { name, changed: false, warnings: [] };
    expect(await strategy.start(name)).toEqual(unchanged);
    expect(await suite.processes(context, name)).toEqual(before);
    await strategy.stop(name);
    expect(await strategy.stop(name)).toEqual(unchanged);
    await strategy.start(name);
    await suite.untilRunning(name);
  });

  test("stop() and start() leave a service that has completed as it is", async (context) => {
    const strategy = suite.with(context, "stop");
    const waiting = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(0) });
    await strategy.deploy(request);
    expect(await waiting.wait(request.name)).toMatchObject({ state: "completed" });
    expect(await strategy.stop(request.name)).toMatchObject({ changed: false });
    expect(await strategy.start(request.name)).toMatchObject({ changed: false });
    expect(await waiting.wait(request.name)).toMatchObject({ state: "completed" });
  });

  test("the name of a stopped service is in use", async (context) => {
    const strategy = suite.with(context, "stop");
    const request = await suite.deployRunning(suite.request());
    await strategy.stop(request.name);
    await suite.fails(strategy.deploy(request), "ALREADY_EXISTS", request.name);
    await suite.untilRunning(request.name, 0);
  });

  test("update() of a stopped service runs the new version, and rollback() the old one", async (context) => {
    const strategy = suite.with(context, "stop");
    const updating = suite.with(context, "update");
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=2"] }));
    await strategy.stop(request.name);
    await updating.update({ ...request, env: ["VERSION=3"] });
    await suite.untilRunning(request.name);
    expect((await suite.settings(request.name)).env).toContain("VERSION=3");
    if (!supports(suite.strategy, "rollback")) return;
    if (supports(suite.strategy, "wait")) await suite.strategy.wait(request.name);
    await suite.strategy.rollback(request.name);
    await suite.untilRunning(request.name);
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });

  test("update() to the same settings runs a stopped service", async (context) => {
    const strategy = suite.with(context, "stop");
    const updating = suite.with(context, "update");
    const { part, count } = replicated(suite);
    const request = await suite.deployRunning(suite.request(part));
    await strategy.stop(request.name);
    await updating.update(request);
    await suite.untilRunning(request.name, count);
  });

  test("rollback() after stop() restores the previous version, or rejects if there is none", async (context) => {
    const strategy = suite.with(context, "stop");
    const reader = suite.with(context, "inspect");
    suite.with(context, "rollback");
    const { name } = await deployTwoVersions(suite, context);
    const { warnings } = await strategy.stop(name);
    const isLost = (await reader.inspect(name)).previous === undefined;
    expect(warnings.map(({ code }) => code)).toEqual(isLost ? ["PREVIOUS_VERSION_LOST"] : []);
    await expectHonestRollback(suite, context, name);
  });

  test("scale() runs a stopped service with the new number of replicas", async (context) => {
    const strategy = suite.with(context, "stop");
    const scaling = suite.with(context, "scale");
    const { name } = await suite.deployRunning(suite.request(replicated(suite).part));
    for (const replicas of [2, 1]) {
      await strategy.stop(name);
      await scaling.scale(name, replicas);
      await suite.untilRunning(name, replicas);
    }
  });

  test("start() of a service with 0 replicas leaves it at 0", async (context) => {
    const strategy = suite.with(context, "stop");
    const scaling = suite.with(context, "scale");
    const { name } = await suite.deployRunning(suite.request());
    await scaling.scale(name, 0);
    await suite.untilRunning(name, 0);
    expect(await strategy.stop(name)).toMatchObject({ changed: false });
    expect(await strategy.start(name)).toMatchObject({ changed: false });
    expect((await suite.settings(name)).mode).toEqual({ Replicated: { Replicas: 0 } });
  });

  test("stop() of a global service stops it, or rejects with UNSUPPORTED and leaves it running", async (context) => {
    const strategy = suite.with(context, "stop");
    suite.skipUnlessSupported(context, { mode: { Global: {} } });
    const { name } = await suite.strategy.deploy(suite.request({ mode: { Global: {} } }));
    const running = async () => (await suite.probes.instances(name)).filter((instance) => instance.running).length;
    await suite.eventually(`${name} runs`, running, (count) => count > 0);
    const outcome = await strategy.stop(name).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      await suite.fails(Promise.reject(outcome), "UNSUPPORTED", name);
      expect(await running()).toBeGreaterThan(0);
    } else expect(await running()).toBe(0);
  });

  test("remove() of a stopped service removes all of it", async (context) => {
    const strategy = suite.with(context, "stop");
    const { name } = await suite.deployRunning(suite.request());
    await strategy.stop(name);
    await strategy.remove(name, { wait: true });
    expect(await suite.existing()).toEqual([]);
  });

  test("stop() and start() of a missing service reject with NOT_FOUND", async (context) => {
    const strategy = suite.with(context, "stop");
    const name = suite.name();
    await suite.fails(strategy.stop(name), "NOT_FOUND", name);
    await suite.fails(strategy.start(name), "NOT_FOUND", name);
  });

  test("stop() and start() with an aborted signal reject with ABORTED and change nothing", async (context) => {
    const strategy = suite.with(context, "stop");
    const { name } = await suite.deployRunning(suite.request());
    const before = await suite.processes(context, name);
    await suite.fails(strategy.stop(name, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect(await suite.processes(context, name)).toEqual(before);
    await strategy.stop(name);
    await suite.fails(strategy.start(name, { signal: AbortSignal.abort() }), "ABORTED", name);
    await suite.untilRunning(name, 0);
  });
}
