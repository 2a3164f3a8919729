import {
  type Capabilities,
  DeploymentError,
  type DeployRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type RequestField,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { everything, fieldSamples, partOf } from "../samples/field-samples.js";
import type { Suite } from "../suite.js";
import { freeze } from "../utilities.js";

type Telling = OpenFactoryServiceDeploymentStrategy & Capabilities["settings"];

/** What a service was asked to be, told of the request and of what runs: equal, so that the two can be compared. */
export function settingsCases(suite: Suite): void {
  /** As `inspect` tells them, and as `list` does when it is asked to. */
  const expectTold = async (strategy: Telling, name: string, settings: ServiceSettings): Promise<void> => {
    const told = await looks(strategy, name);
    for (const [how, status] of Object.entries(told)) {
      expect(status?.settings, `settings as told by ${how}`).toStrictEqual(settings);
    }
    expect(
      new Set(Object.values(told).map((status) => status?.revision)).size,
      "one revision, however it is told",
    ).toBe(1);
  };

  describe("the settings of a service are those of the request it was made from", () => {
    test.for(fieldSamples)("$title", async (sample, context) => {
      const strategy = suite.with(context, "settings");
      const plain = suite.request();
      const part = await partOf(sample, suite);
      const request = suite.request({ name: plain.name, ...part });
      if (suite.declared(request).refused) {
        return void (await suite.fails(strategy.settingsOf(request), "UNSUPPORTED", request.name));
      }
      const settings = await unlessTooOld(context, strategy.settingsOf(request), sample.recent);
      await strategy.deploy(request);
      await expectTold(strategy, request.name, settings);
      expect(await strategy.settingsOf(settings), "settings are a request of the same settings").toStrictEqual(
        settings,
      );
      const without = await strategy.settingsOf(plain);
      const honoured = (Object.keys(part) as RequestField[]).every((field) => suite.honoursField(field));
      if (honoured && suite.honours(part) && !sample.usual)
        expect(settings, "settings with it and without it").not.toEqual(without);
    });

    test("all honoured fields together", async (context) => {
      const strategy = suite.with(context, "settings");
      const request = suite.request({ ...(await everything(suite)), env: ["B=1", "A=2"] });
      await strategy.deploy(request);
      await expectTold(strategy, request.name, await strategy.settingsOf(request));
    });

    test("with the pull policy `always`", async (context) => {
      const strategy = suite.with(context, "settings");
      suite.needs(context, { imagePullPolicy: "always" });
      const { moving } = suite.target.images;
      if (moving === undefined) return context.skip("the target has no registry (images.moving)");
      const { reference } = await moving.call(suite.target.images);
      const request = suite.request({ image: reference, imagePullPolicy: "always" });
      const settings = await strategy.settingsOf(request);
      const { image } = await strategy.deploy(request);
      expect(settings.image.startsWith(reference)).toBe(true);
      expect(image, "the image as deployed").toBe(settings.image);
      await expectTold(strategy, request.name, settings);
    });
  });

  test("settings hold what was asked for, and nothing that the engine or the image adds", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = await suite.running(suite.request({ env: ["B=2", "A=1"] }));
    const asked = (Object.keys(request) as RequestField[]).filter(
      (field) => suite.honoursField(field) && Object.keys(request[field] as object).length > 0,
    );
    const settings = await strategy.settingsOf(request);
    expect(Object.keys(settings).sort()).toEqual(asked.sort());
    expect(settings).toMatchObject({ name: request.name, image: request.image, env: ["A=1", "B=2"] });
    expect(settings.labels ?? {}, "labels, without the strategy's own").toEqual(request.labels ?? {});
    await expectTold(strategy, request.name, settings);
  });

  const usual: [string, Partial<DeployRequest>][] = [
    ["env in another order", { env: ["A=1", "B=2"] }],
    ["the usual pull policy", { imagePullPolicy: "missing" }],
    ["one replica", { mode: { Replicated: { Replicas: 1 } } }],
    ["a restart on any end", { restart: { Condition: "any" } }],
    ["empty lists and sections", { ports: [], networks: [], constraints: [], mounts: [], resources: {} }],
  ];
  test.for(usual)("settings are the same with %s", async ([, part], context) => {
    const strategy = suite.with(context, "settings");
    const request = suite.request({ env: ["B=2", "A=1"] });
    expect(await strategy.settingsOf({ ...request, ...part })).toStrictEqual(await strategy.settingsOf(request));
  });

  test("settings of a request: nothing is made, and the caller's request is what it was", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = suite.request({ ...(await everything(suite)), env: ["B=1", "A=2"] });
    const copy = structuredClone(request);
    await strategy.settingsOf(freeze(request));
    expect(request).toEqual(copy);
    expect(await suite.existing()).toEqual([]);
  });

  test("settings of an invalid request: INVALID_REQUEST; with a signal that has fired already: ABORTED", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = suite.request();
    await suite.fails(strategy.settingsOf({ ...request, image: "" }), "INVALID_REQUEST", request.name);
    await suite.fails(strategy.settingsOf(request, { signal: AbortSignal.abort() }), "ABORTED", request.name);
  });

  test("settings and revision stay while nobody changes the service, and follow an update and a scaling", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    const first = await look(strategy, request.name);
    expect(await look(strategy, request.name)).toMatchObject({ settings: first.settings, revision: first.revision });
    expect(first.previous, "there is no earlier version").toBeUndefined();
    if (supports(strategy, "update")) {
      const second = { ...request, env: ["VERSION=2"] };
      await strategy.update(second);
      await expectTold(strategy, request.name, await strategy.settingsOf(second));
      expect(first.revision, "a strategy with updates tells a revision").toMatch(/\S/);
      expect((await look(strategy, request.name)).revision).not.toBe(first.revision);
    }
    if (supports(strategy, "scale")) {
      const { settings, revision } = await look(strategy, request.name);
      await strategy.scale(request.name, 2);
      await expectTold(strategy, request.name, {
        ...settings,
        mode: { Replicated: { Replicas: 2 } },
      } as ServiceSettings);
      expect((await look(strategy, request.name)).revision).not.toBe(revision);
    }
  });
}

/** What `inspect` and `list` tell of a service, where the strategy has them. */
async function looks(strategy: Telling, name: string): Promise<Record<string, ServiceStatus | undefined>> {
  const listed = supports(strategy, "list") ? await strategy.list({ settings: true }) : undefined;
  return {
    ...(supports(strategy, "inspect") && { inspect: await strategy.inspect(name) }),
    ...(listed && { list: listed.find((status) => status.name === name) }),
  };
}

async function look(strategy: Telling, name: string): Promise<ServiceStatus> {
  const [status] = Object.values(await looks(strategy, name));
  if (status === undefined)
    throw new Error("a strategy that tells settings has inspect or list, and finds the service");
  return status;
}

/** A field that engines in use lack may be refused. */
async function unlessTooOld<Value>(context: TestContext, work: Promise<Value>, recent = false): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!recent || !DeploymentError.isInstance(error, "UNSUPPORTED")) throw error;
    return context.skip("the engine is too old for it, and the strategy says so");
  }
}
