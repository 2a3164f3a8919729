import { type DeployRequest, type StrategyManifest, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

/** The number of replicas. */
export function scaleCases(suite: Suite): void {
  test("scale() changes only the number of replicas", async (context) => {
    const strategy = suite.with(context, "scale");
    const { name } = await suite.deployRunning(suite.request({ env: ["A=1"] }));
    const { mode: _, ids: __, ...before } = await suite.settings(name);
    for (const replicas of [3, 1, 0, 2]) {
      await strategy.scale(name, replicas);
      await suite.untilRunning(name, replicas);
      const { mode, ids: ___, ...settings } = await suite.settings(name);
      expect(mode).toEqual({ Replicated: { Replicas: replicas } });
      expect(settings).toEqual(before);
    }
    expect(await suite.existing()).toEqual([name]);
  });

  test.for([-1, 1.5, Number.NaN])(
    "scale() to %d rejects with INVALID_REQUEST and leaves the service unchanged",
    async (replicas, context) => {
      const strategy = suite.with(context, "scale");
      const { name } = await suite.deployRunning(suite.request());
      const before = await suite.untilRunning(name);
      await suite.fails(strategy.scale(name, replicas), "INVALID_REQUEST", name);
      expect(await suite.untilRunning(name)).toEqual(before);
    },
  );

  test("scale() of a service without replicas rejects with UNSUPPORTED", async (context) => {
    const strategy = suite.with(context, "scale");
    suite.skipUnlessSupported(context, { mode: { Global: {} } });
    const request = suite.request({ mode: { Global: {} } });
    await suite.strategy.deploy(request);
    await suite.fails(strategy.scale(request.name, 2), "UNSUPPORTED", request.name);
    expect((await suite.settings(request.name)).mode).toEqual({ Global: {} });
  });

  test("scale() during an update applies both", async (context) => {
    const [scales, updates] = [suite.with(context, "scale"), suite.with(context, "update")];
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    await updates.update({ ...request, env: ["VERSION=2"] });
    await scales.scale(request.name, 2);
    await suite.untilRunning(request.name, 2);
    const { env, mode } = await suite.settings(request.name);
    expect(env).toContain("VERSION=2");
    expect(mode).toEqual({ Replicated: { Replicas: 2 } });
  });

  test("scale() of a missing service rejects with NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "scale").scale(name, 2), "NOT_FOUND", name);
  });

  test("scale() with an aborted signal rejects with ABORTED and leaves the service unchanged", async (context) => {
    const strategy = suite.with(context, "scale");
    const { name } = await suite.deployRunning(suite.request());
    await suite.fails(strategy.scale(name, 3, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect((await suite.settings(name)).mode ?? { Replicated: { Replicas: 1 } }).toEqual({
      Replicated: { Replicas: 1 },
    });
  });
}

type Variables = NonNullable<StrategyManifest["replicaVariables"]>;

/** The variables that `replicaEnv` adds for each replica. */
export function replicaEnvCases(suite: Suite): void {
  const variablesOf = (context: TestContext): Variables => {
    const { replicaVariables } = suite.manifest;
    if (replicaVariables === undefined || !suite.supportsField("replicaEnv"))
      return context.skip("the strategy declares no variables of a replica");
    return replicaVariables;
  };
  // A rolling update of one replica at a time would take a minute for five.
  const quick: Partial<DeployRequest> = { updateConfig: { Parallelism: 0, Monitor: 500_000_000 } };
  const replicas = (count: number): Partial<DeployRequest> => ({
    replicaEnv: true,
    mode: { Replicated: { Replicas: count } },
    ...(suite.supportsField("updateConfig") && quick),
  });
  const entries = (env: readonly string[], { names }: Variables): string[] =>
    env.filter((entry) => names.some((name) => entry.startsWith(`${name}=`))).sort();

  test("each of three replicas reads its own values, also after scale() to 5 and to 1", async (context) => {
    const variables = variablesOf(context);
    const { printVariables } = suite.programs;
    if (printVariables === undefined) return context.skip("the target has no program that prints variables");
    suite.skipUnlessSupported(context, { ...replicas(3), command: ["x"] });
    const { name } = await suite.deployRunning(
      suite.request({ ...replicas(3), command: printVariables(variables.names) }),
    );

    const linesOf = async (count: number, before: readonly string[]): Promise<string[]> => {
      const isOf = (line: string) => line.startsWith(`${variables.names[0]}=`) && !before.includes(line);
      const lines = await suite.eventually(
        `${count} replicas of ${name} write their variables`,
        async () => (await suite.probes.output(name)).filter(isOf),
        (found) => found.length >= count,
      );
      await suite.untilRunning(name, count);
      expect(new Set(lines).size, "each replica has values of its own").toBe(lines.length);
      return lines;
    };
    const expectCount = (lines: readonly string[], count: number): void => {
      if (variables.replicas === undefined) return;
      for (const line of lines)
        expect(line.split(" "), "the number of replicas").toContain(`${variables.replicas}=${count}`);
    };
    const first = await linesOf(3, []);
    expect(first).toHaveLength(3);
    expectCount(first, 3);
    if (!supports(suite.strategy, "scale")) return;
    const seen = [...first];
    for (const count of [5, 1]) {
      await suite.strategy.scale(name, count);
      const lines = await linesOf(count, seen);
      expectCount(lines, count);
      seen.push(...lines);
    }
  });

  test("a service without replicaEnv gets none of the variables", async (context) => {
    const variables = variablesOf(context);
    const request = suite.request();
    await suite.strategy.deploy(request);
    expect(entries((await suite.settings(request.name)).env, variables)).toEqual([]);
  });

  test("a variable that env sets keeps its value, also after scale()", async (context) => {
    const variables = variablesOf(context);
    const own = variables.names.map((name) => `${name}=own`);
    const { name } = await suite.deployRunning(suite.request({ ...replicas(1), env: own }));
    if (supports(suite.strategy, "scale")) await suite.strategy.scale(name, 2);
    expect(entries((await suite.settings(name)).env, variables)).toEqual(own.sort());
  });

  test("the settings of a scaled service equal those of a request with that number of replicas", async (context) => {
    variablesOf(context);
    const [describing, scaling] = [suite.with(context, "settings"), suite.with(context, "scale")];
    const inspecting = suite.with(context, "inspect");
    const request = suite.request(replicas(2));
    await suite.deployRunning({ ...request, mode: { Replicated: { Replicas: 1 } } });
    await scaling.scale(request.name, 2);
    expect((await inspecting.inspect(request.name)).settings).toStrictEqual(await describing.settingsOf(request));
  });

  test("the settings of a service with these variables make the same service again", async (context) => {
    variablesOf(context);
    const [describing, scaling] = [suite.with(context, "settings"), suite.with(context, "scale")];
    const request = suite.request(replicas(1));
    await suite.deployRunning({ ...(await describing.settingsOf(request)), labels: request.labels });
    await scaling.scale(request.name, 2);
    const env = entries((await suite.settings(request.name)).env, variablesOf(context));
    expect(env).toEqual(
      entries((await describing.settingsOf({ ...request, ...replicas(2) })).env, variablesOf(context)),
    );
  });
}
