import { type ServiceStatus, supports } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { fullName } from "../compare-settings.js";
import type { Suite } from "../suite.js";

/** The status of a service is the state of the engine. */
export function inspectCases(suite: Suite): void {
  test("inspect() returns the state of the engine", async (context) => {
    const strategy = suite.with(context, "inspect");
    const port = await suite.freePort();
    const labels = suite.isSupported({ labels: { a: "b" } }) ? { labels: { "org.example.a": "x=y" } } : {};
    const ports = suite.isSupported({ ports: { 80: 80 } }) ? { ports: { [port]: 80 } } : {};
    const request = suite.request({ ...labels, ...ports });
    const { ids } = await suite.strategy.deploy(request);
    const running = await suite.untilRunning(request.name);
    const status = await suite.eventually(
      "the service runs",
      () => strategy.inspect(request.name),
      ({ state }) => state === "running",
    );
    expect(status).toMatchObject({ name: request.name, replicas: { running: 1, desired: 1 } });
    expect(fullName(status.image)).toBe(fullName(request.image));
    expect([...status.ids].sort()).toEqual([...ids].sort());
    expect(status.labels).toMatchObject(labels.labels ?? {});
    expect(status.ports.map(({ published, target }) => [published, target])).toEqual(ports.ports ? [[port, 80]] : []);
    expect(Number.isNaN(Date.parse(status.createdAt)), "createdAt is a time").toBe(false);
    const runs = status.instances.filter(({ state }) => state === "running");
    expect(runs.map(({ id }) => id)).toEqual(running);
    expect(runs[0]?.engineState).toMatch(/\S/);
    expect(runs[0]?.restarts).toBe(0);
  });

  test.for([
    [0, "completed"],
    [1, "failed"],
    [42, "failed"],
  ] as const)("inspect() of a service that exited with %i returns %s", async ([code, state], context) => {
    const strategy = suite.with(context, "inspect");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(code) });
    await suite.strategy.deploy(request);
    const status = await suite.eventually<ServiceStatus>(
      `${request.name} is ${state}`,
      () => strategy.inspect(request.name),
      (seen) => seen.state === state,
    );
    expect(status.replicas.running).toBe(0);
    expect(status.instances.map(({ exitCode }) => exitCode)).toContain(code);
  });

  test("inspect() of a service that another process stopped counts no running replica", async (context) => {
    const strategy = suite.with(context, "inspect");
    const stop = suite.probe(context, "stop");
    const { name } = await suite.deployRunning(suite.request());
    await stop(name);
    await suite.untilRunning(name, 0);
    const status = await strategy.inspect(name);
    expect(status.replicas.running).toBe(0);
    expect(status.state).not.toBe("running");
  });

  test("inspect() returns the health of an instance", async (context) => {
    const strategy = suite.with(context, "inspect");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" } });
    const healthcheck = { Test: suite.programs.health.good(), Interval: 200_000_000 };
    const { name } = await suite.deployRunning(suite.request({ healthcheck }));
    const status = await suite.eventually(
      "it is healthy",
      () => strategy.inspect(name),
      ({ instances }) => instances.some(({ health }) => health === "healthy"),
    );
    expect(status.state).toBe("running");
  });

  test("inspect() returns the networks of the service, if any", async (context) => {
    const strategy = suite.with(context, "inspect");
    suite.skipUnlessSupported(context, { networks: ["x"] });
    const joined = await suite.networks(2);
    const { name } = await suite.deployRunning(suite.request({ networks: joined }));
    const { networks } = await strategy.inspect(name);
    if (networks === undefined) return context.skip("the strategy returns no networks");
    expect(networks.map((network) => network.name)).toEqual(expect.arrayContaining(joined));
    for (const { id } of networks) expect(id).toMatch(/\S/);
  });

  test("inspect() of a missing service rejects with NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "inspect").inspect(name), "NOT_FOUND", name);
  });

  test("inspect() returns a setting without a field in unmappedSettings, and update() keeps it as the manifest says", async (context) => {
    const strategy = suite.with(context, "inspect");
    suite.with(context, "settings");
    const { unmapped } = suite.target;
    if (unmapped === undefined) return context.skip("the target creates no services with settings without a field");
    const name = suite.name();
    const { setting, isSet } = await unmapped(name);
    expect((await strategy.inspect(name)).unmappedSettings).toContain(setting);
    if (!supports(strategy, "update")) return;
    await strategy.update(suite.request({ name }));
    const { keepsUnmappedSettings = false } = strategy.manifest;
    expect(await isSet()).toBe(keepsUnmappedSettings);
    const { unmappedSettings = [] } = await strategy.inspect(name);
    expect(unmappedSettings.includes(setting)).toBe(keepsUnmappedSettings);
  });

  test("inspect() returns no unmappedSettings for a service of the strategy", async (context) => {
    const strategy = suite.with(context, "inspect");
    const { name } = await suite.deployRunning(suite.request());
    expect((await strategy.inspect(name)).unmappedSettings ?? []).toEqual([]);
  });
}

/** The restarts of all instances together; undefined if a listing left them out. */
const restartsOf = (status: ServiceStatus | undefined): number | undefined =>
  status?.instances.reduce<number | undefined>(
    (sum, { restarts }) => (sum === undefined || restarts === undefined ? undefined : sum + restarts),
    0,
  );

/** The list of services is the state of the engine. */
export function listCases(suite: Suite): void {
  const own = (listed: readonly string[], names: readonly string[]) => listed.filter((name) => names.includes(name));

  test("list() returns each service once, sorted by name, and no removed one", async (context) => {
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

  test("list() returns the state of the engine for each service", async (context) => {
    const strategy = suite.with(context, "list");
    const request = await suite.deployRunning(suite.request());
    const { ids } = await suite.settings(request.name);
    const find = async () => (await strategy.list()).find(({ name }) => name === request.name);
    const status = await suite.eventually("the list has it running", find, (found) => found?.state === "running");
    expect([...(status?.ids ?? [])].sort()).toEqual([...ids].sort());
    expect(status?.replicas).toEqual({ running: 1, desired: 1 });
    expect(fullName(status?.image ?? "")).toBe(fullName(request.image));
  });

  test("engineId() returns the same id of the engine in every call", async (context) => {
    const strategy = suite.with(context, "list");
    if (strategy.engineId === undefined) return context.skip("the strategy does not identify its engine");
    const id = await strategy.engineId();
    expect(id).toMatch(/\S/);
    await suite.strategy.deploy(suite.request());
    expect(await strategy.engineId()).toBe(id);
  });

  test("engineId() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "list");
    if (strategy.engineId === undefined) return context.skip("the strategy does not identify its engine");
    await suite.fails(strategy.engineId({ signal: AbortSignal.abort() }), "ABORTED");
  });

  test("list() with isRelevant returns every service, and asks it for names and labels", async (context) => {
    const strategy = suite.with(context, "list");
    const requests = [await suite.deployRunning(suite.request()), await suite.deployRunning(suite.request())];
    const names = requests.map(({ name }) => name).sort();
    const asked: { name: string; labels: Readonly<Record<string, string>> }[] = [];
    const isRelevant = (service: Pick<ServiceStatus, "name" | "labels">): boolean => {
      asked.push({ name: service.name, labels: service.labels });
      return service.name === names[0];
    };
    const listed = await strategy.list({ isRelevant, settings: supports(strategy, "settings") });
    expect(
      own(
        listed.map(({ name }) => name),
        names,
      ),
    ).toEqual(names);
    // A strategy that saves no calls has nothing to ask.
    for (const { name, labels } of asked.filter((service) => names.includes(service.name)))
      expect(labels).toMatchObject(requests.find((request) => request.name === name)?.labels ?? {});
    if (!supports(strategy, "settings")) return;
    expect(listed.find(({ name }) => name === names[0])?.settings, "settings of a relevant service").toBeDefined();
  });

  test("list() returns services that exited", async (context) => {
    const strategy = suite.with(context, "list");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(1) });
    await suite.strategy.deploy(request);
    const find = async () => (await strategy.list()).find(({ name }) => name === request.name);
    await suite.eventually("the list has it failed", find, (found) => found?.state === "failed");
  });

  test("list() counts the same restarts as inspect(), or leaves them out", async (context) => {
    const [lists, inspects, waits] = [
      suite.with(context, "list"),
      suite.with(context, "inspect"),
      suite.with(context, "wait"),
    ];
    const restart = { Condition: "any" } as const;
    suite.skipUnlessSupported(context, { command: ["x"], restart });
    const { name } = await suite.strategy.deploy(suite.request({ command: suite.programs.exit(1), restart }));
    await suite.fails(waits.wait(name), "TASK_FAILED");
    const inspected = async () => restartsOf(await inspects.inspect(name)) ?? 0;
    const before = await inspected();
    const listed = restartsOf((await lists.list()).find((service) => service.name === name));
    const after = await inspected();
    expect(listed ?? before).toBeGreaterThanOrEqual(before);
    expect(listed ?? after).toBeLessThanOrEqual(after);
  });

  test("list() returns pending for a service that is not healthy yet, and running for a healthy one", async (context) => {
    const strategy = suite.with(context, "list");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" } });
    const listed = async (Test: string[]) => {
      const request = suite.request({ healthcheck: { Test, Interval: 200_000_000, Retries: 1000 } });
      await suite.deployRunning(request);
      return async () => (await strategy.list()).find(({ name }) => name === request.name);
    };
    const sick = await listed(suite.programs.health.bad());
    const well = await listed(suite.programs.health.good());
    await suite.eventually("the list has it running", well, (found) => found?.state === "running");
    expect(await sick()).toMatchObject({ state: "pending", replicas: { running: 0, desired: 1 } });
  });

  test("list() by labels returns the services that have all labels with these values", async (context) => {
    const strategy = suite.with(context, "list");
    suite.skipUnlessSupported(context, { labels: { a: "b" } });
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
