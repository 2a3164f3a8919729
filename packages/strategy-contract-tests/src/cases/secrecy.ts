import { inspect } from "node:util";
import { type DeployRequest, type ProgressEvent, supports } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { LATE_END } from "../expectations.js";
import { SAMPLE_SECRET as SECRET } from "../samples/secret.js";
import type { Suite } from "../suite.js";

/** Values of env may be secret: they are in the environment of the process only. */
export function secrecyCases(suite: Suite): void {
  const wrong: Record<string, (suite: Suite) => Partial<DeployRequest>> = {
    "a missing image": ({ target }) => ({ image: target.images.missing }),
    "a missing network": () => ({ networks: ["no-such-network"] }),
    "a key set twice": () => ({ env: [`PASSWORD=${SECRET}`, `PASSWORD=${SECRET}`] }),
    "an entry without a key": () => ({ env: [`=${SECRET}`] }),
    "an entry that is not a text": () => ({ env: [{ PASSWORD: SECRET }] as unknown as string[] }),
    "an invalid port": () => ({ ports: { 0: 0 } }),
    "a template that the engine can't expand and quotes in its error": () => ({
      env: [`PASSWORD=${SECRET}`, `QUERY=select * from t where pw='${SECRET}' and k='{{index .env 0}}'`],
    }),
    "a log driver that does not exist, with a secret option": () => ({
      logging: { driver: "no-such-driver", options: { "splunk-token": SECRET } },
    }),
    "a valid request": () => ({}),
  };

  describe("no error, event, warning or label contains a value of env", () => {
    test.for(Object.entries(wrong))("%s", async ([, part]) => {
      const events: ProgressEvent[] = [];
      const request = { ...suite.request(), env: [`PASSWORD=${SECRET}`], ...part(suite) };
      const observer = (event: ProgressEvent) => events.push(event);
      const outcome = await suite.strategy.deploy(request, { observer }).catch((error: unknown) => error);
      // With message, stack, properties and causes, as a log may print them.
      expect(inspect([outcome, events], { depth: 10, maxStringLength: null })).not.toContain(SECRET);
      const settings = await suite.probes.settings(request.name);
      expect(JSON.stringify({ ...settings, env: [], logging: {} })).not.toContain(SECRET);
    });
  });

  const textOf = (value: unknown): string =>
    inspect(value, { depth: 10, maxStringLength: null }) + JSON.stringify(value);

  test("no error, event or instance contains a value of env that the engine quotes from the command", async (context) => {
    suite.skipUnlessSupported(context, { command: ["x"] });
    const { strategy } = suite;
    const events: ProgressEvent[] = [];
    const observer = (event: ProgressEvent) => events.push(event);
    const request = { ...suite.once({ command: [`/no/such/program-${SECRET}`] }), env: [`PASSWORD=${SECRET}`] };
    const deployed = await strategy.deploy(request, { observer }).catch((error: unknown) => error);
    const exists = (await suite.probes.settings(request.name)) !== undefined;
    if (exists && supports(strategy, "wait")) {
      const waited: unknown = await strategy.wait(request.name, { observer }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(textOf(waited)).not.toContain(SECRET);
    }
    // The settings of a service contain its command: only the status of its instances comes from the engine.
    if (exists && supports(strategy, "inspect"))
      expect(textOf((await strategy.inspect(request.name)).instances)).not.toContain(SECRET);
    expect(textOf([deployed, events])).not.toContain(SECRET);
  });

  test("no error of update() contains a value of env of the old or the new version", async (context) => {
    const strategy = suite.with(context, "update");
    const request = suite.request({ env: [`PASSWORD=old-${SECRET}`] });
    await suite.deployRunning(request);
    const events: ProgressEvent[] = [];
    const observer = (event: ProgressEvent) => events.push(event);
    const env = [`PASSWORD=new-${SECRET}`];
    const outcomes: unknown[] = [];
    const failing: Partial<DeployRequest>[] = [
      { env: [...env, ...env] },
      { env, image: suite.target.images.missing },
      ...(suite.isSupported({ command: ["x"] }) ? [{ env, command: [`/no/such/program-new-${SECRET}`] }] : []),
    ];
    for (const part of failing) {
      outcomes.push(await strategy.update({ ...request, ...part }, { observer }).catch((error: unknown) => error));
      if (supports(strategy, "wait"))
        outcomes.push(
          await strategy.wait(request.name, { observer, timeoutMs: 30_000 }).then(
            () => undefined,
            (error: unknown) => error,
          ),
        );
    }
    expect(textOf([outcomes, events])).not.toContain(SECRET);
  });

  test("no error contains a value of env that is in the last log lines", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const command = suite.programs.printAndExit([{ stream: "stdout", line: `connecting with ${SECRET}` }], 3);
    const request = { ...suite.once({ command }), env: [`PASSWORD=${SECRET}`] };
    await strategy.deploy(request);
    const error = await suite.fails(strategy.wait(request.name, LATE_END), "TASK_FAILED", request.name);
    expect(textOf(error)).not.toContain(SECRET);
  });
}
