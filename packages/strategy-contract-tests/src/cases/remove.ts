import { sleep } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** Removal of a service. */
export function removeCases(suite: Suite): void {
  const gone = async (name: string): Promise<void> => {
    expect(await suite.probes.settings(name)).toBeUndefined();
    expect(await suite.existing()).toEqual([]);
    await suite.eventually(
      `all of ${name} exits`,
      () => suite.probes.instances(name),
      (instances) => instances.length === 0,
    );
  };

  test("remove() of a running service removes all of it", async () => {
    const { name } = await suite.deployRunning(suite.request());
    await suite.strategy.remove(name);
    await gone(name);
  });

  test("remove() with wait resolves when nothing of the service is left", async () => {
    const { name } = await suite.deployRunning(suite.request());
    await suite.strategy.remove(name, { wait: true, timeoutMs: 60_000 });
    expect(await suite.probes.instances(name)).toEqual([]);
    await gone(name);
  });

  test("remove() stops the process and waits for its grace period", async (context) => {
    const exec = suite.probe(context, "exec");
    const { exitSlowly } = suite.programs;
    if (exitSlowly === undefined) return context.skip("the target has no program exitSlowly");
    suite.skipUnlessSupported(context, {
      command: ["x"],
      mounts: [{ Type: "volume", Source: "data", Target: "/data" }],
    });
    const mounts = [{ Type: "volume", Source: (await suite.target.volume?.()) ?? "none", Target: "/data" }] as const;
    // A volume belongs to a node: both services must run on the same one.
    const constraints = [suite.target.constraint ?? "node.role == manager"];
    const place = suite.isSupported({ constraints }) ? { constraints } : {};
    const { name } = await suite.deployRunning(suite.request({ ...place, mounts, command: exitSlowly("/data/end") }));
    await suite.eventually(
      `${name} is ready for its signal`,
      () => suite.probes.output(name),
      (lines) => lines.length > 0,
    );
    await suite.strategy.remove(name, { wait: true });
    const reader = await suite.deployRunning(suite.request({ ...place, mounts }));
    expect((await exec(reader.name, ["cat", "/data/end"])).output.trim()).toBe("ended");
  });

  test("remove() of a stopped service removes all of it", async (context) => {
    const stop = suite.probe(context, "stop");
    const { name } = await suite.deployRunning(suite.request());
    await stop(name);
    await suite.untilRunning(name, 0);
    await suite.strategy.remove(name, { wait: true });
    await gone(name);
  });

  test.for([0, 1])("remove() of a service that exited with %i removes all of it", async (code, context) => {
    suite.skipUnlessSupported(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(code) });
    await suite.strategy.deploy(request);
    const ended = (instances: readonly { exitCode?: number }[]) => instances.some(({ exitCode }) => exitCode === code);
    await suite.eventually(`${request.name} ends`, () => suite.probes.instances(request.name), ended);
    await suite.strategy.remove(request.name, { wait: true });
    await gone(request.name);
  });

  test("remove() of a service in a crash loop removes all of it", async (context) => {
    suite.skipUnlessSupported(context, { command: ["x"], restart: { Condition: "any" } });
    const command = suite.programs.printAndExit([{ stream: "stdout", line: "once more" }], 3);
    const { name, ...request } = suite.request({ command, restart: { Condition: "any" } });
    await suite.strategy.deploy({ name, ...request });
    await suite.eventually(
      `${name} has ended, and runs again`,
      () => suite.probes.output(name),
      (lines) => lines.length > 1,
    );
    // Between two starts that are far apart: an engine refuses to remove a container that it is about to restart.
    await suite.eventually(
      `${name} waits for its next start`,
      async () => {
        const first = await suite.probes.instances(name);
        await sleep(400);
        return [...first, ...(await suite.probes.instances(name))];
      },
      (instances) => instances.every(({ running }) => !running),
    );
    await suite.strategy.remove(name, { wait: true });
    await gone(name);
    await suite.lateEffects();
    await gone(name);
  });

  test("remove() of a missing or removed service rejects with NOT_FOUND", async () => {
    const name = suite.name();
    await suite.fails(suite.strategy.remove(name), "NOT_FOUND", name);
    await suite.strategy.deploy(suite.request({ name }));
    await suite.strategy.remove(name);
    await suite.fails(suite.strategy.remove(name), "NOT_FOUND", name);
  });

  test("remove() with an aborted signal rejects with ABORTED and keeps the service running", async () => {
    const { name } = await suite.deployRunning(suite.request());
    const before = await suite.untilRunning(name);
    await suite.fails(suite.strategy.remove(name, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect(await suite.untilRunning(name)).toEqual(before);
  });

  test("remove() that is aborted at any time is completed by another remove()", async () => {
    for (const ms of [1, 30]) {
      const { name } = await suite.deployRunning(suite.request());
      const controller = new AbortController();
      const removing = suite.strategy.remove(name, { wait: true, signal: controller.signal });
      const outcome = removing.then(
        () => "removed",
        () => "rejected",
      );
      await sleep(ms);
      controller.abort();
      if ((await outcome) === "rejected") {
        await suite.fails(removing, "ABORTED", name);
        const again = suite.strategy.remove(name, { wait: true });
        await again.catch(() => suite.fails(again, "NOT_FOUND", name));
      }
      await gone(name);
    }
    await suite.lateEffects();
    expect(await suite.existing()).toEqual([]);
  });

  test("remove() frees the host port", async (context) => {
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
    const ports = { [await suite.freePort()]: 80 };
    const { name } = await suite.deployRunning(suite.request({ ports }));
    await suite.strategy.remove(name, { wait: true });
    await suite.deployRunning(suite.request({ ports }));
  });
}
