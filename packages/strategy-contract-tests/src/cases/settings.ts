import {
  type Capabilities,
  DeploymentError,
  type DeployRequest,
  type ListOptions,
  type OpenFactoryServiceDeploymentStrategy,
  type RequestField,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { afterAll, describe, expect, test, type TestContext } from "vitest";
import { CombinedServices } from "../samples/combined-services.js";
import { everything, fieldSamples, isCombinable, partOf } from "../samples/field-samples.js";
import type { Suite } from "../suite.js";
import { freeze, testEach } from "../utilities.js";

type StrategyWithSettings = OpenFactoryServiceDeploymentStrategy & Capabilities["settings"];

/** The settings of a request and of its service are equal, so that a plan can compare them. */
export function settingsCases(suite: Suite): void {
  /** As `inspect` returns them, and `list` with `settings`. @param others fields that are not compared. */
  const expectSettingsOf = async (
    strategy: StrategyWithSettings,
    name: string,
    settings: ServiceSettings,
    others: readonly RequestField[] = [],
    listing: ListOptions = only(name),
  ): Promise<void> => {
    const compared = (all: object = {}) =>
      Object.fromEntries(Object.entries(all).filter(([field]) => !others.includes(field as RequestField)));
    const statuses = await statusesOf(strategy, name, listing);
    for (const [how, status] of Object.entries(statuses)) {
      expect(compared(status?.settings), `settings of ${how}`).toStrictEqual(compared(settings));
    }
    expect(
      new Set(Object.values(statuses).map((status) => status?.revision)).size,
      "one revision in all operations",
    ).toBe(1);
  };

  describe("the settings of a service equal those of its request", () => {
    const services = new CombinedServices(suite, fieldSamples, {
      partOf,
      isCombinable,
      deploy: (request) => suite.strategy.deploy(request),
    });
    afterAll(() => services.remove());

    testEach(fieldSamples, async (sample, context) => {
      const strategy = suite.with(context, "settings");
      const plain = suite.request();
      const part = await services.part(sample);
      const request = suite.request({ name: plain.name, ...part });
      if (suite.declared(request).refused) {
        return void (await suite.fails(strategy.settingsOf(request), "UNSUPPORTED", request.name));
      }
      suite.skipIfUnavailable(context, part);
      const settings = await unlessTooOld(context, strategy.settingsOf(request), sample.recent);
      const service = await services.with(sample);
      const { name } = service.request;
      await expectSettingsOf(strategy, name, await strategy.settingsOf(service.request), service.others);
      expect(await strategy.settingsOf(settings), "settings are a request of the same settings").toStrictEqual(
        settings,
      );
      const without = await strategy.settingsOf(plain);
      const isSupported = (Object.keys(part) as RequestField[]).every((field) => suite.supportsField(field));
      if (isSupported && suite.isSupported(part) && !sample.usual)
        expect(settings, "settings with it and without it").not.toEqual(without);
    });

    test("all supported fields together", async (context) => {
      const strategy = suite.with(context, "settings");
      const request = suite.request({ ...(await everything(suite)), env: ["B=1", "A=2"] });
      await strategy.deploy(request);
      await expectSettingsOf(strategy, request.name, await strategy.settingsOf(request), [], {});
    });

    test("with the pull policy `always`", async (context) => {
      const strategy = suite.with(context, "settings");
      suite.skipUnlessSupported(context, { imagePullPolicy: "always" });
      const { moving } = suite.target.images;
      if (moving === undefined) return context.skip("the target has no registry (images.moving)");
      const { reference } = await moving.call(suite.target.images);
      const request = suite.request({ image: reference, imagePullPolicy: "always" });
      const settings = await strategy.settingsOf(request);
      const { image } = await strategy.deploy(request);
      expect(settings.image.startsWith(reference)).toBe(true);
      expect(image, "the image as deployed").toBe(settings.image);
      await expectSettingsOf(strategy, request.name, settings);
    });
  });

  test("settings contain the fields of the request and nothing that the engine or the image adds", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = await suite.deployRunning(suite.request({ env: ["B=2", "A=1"] }));
    const requested = (Object.keys(request) as RequestField[]).filter(
      (field) => suite.supportsField(field) && Object.keys(request[field] as object).length > 0,
    );
    const settings = await strategy.settingsOf(request);
    expect(Object.keys(settings).sort()).toEqual(requested.sort());
    expect(settings).toMatchObject({ name: request.name, image: request.image, env: ["A=1", "B=2"] });
    expect(settings.labels ?? {}, "labels without those of the strategy").toEqual(request.labels ?? {});
    await expectSettingsOf(strategy, request.name, settings);
  });

  // Not every machine runs privileged containers, so that their own case may be skipped.
  test("settingsOf() contains that a container is privileged", async (context) => {
    const strategy = suite.with(context, "settings");
    suite.skipUnlessSupported(context, { privileged: true });
    expect(await strategy.settingsOf(suite.request({ privileged: true }))).toMatchObject({ privileged: true });
  });

  const usual: [string, Partial<DeployRequest>][] = [
    ["env in another order", { env: ["A=1", "B=2"] }],
    ["the default pull policy", { imagePullPolicy: "missing" }],
    ["one replica", { mode: { Replicated: { Replicas: 1 } } }],
    ["the default restart policy", { restart: { Condition: "any" } }],
    ["empty lists and sections", { ports: [], networks: [], constraints: [], mounts: [], resources: {} }],
  ];
  test.for(usual)("settings are the same with %s", async ([, part], context) => {
    const strategy = suite.with(context, "settings");
    const request = suite.request({ env: ["B=2", "A=1"] });
    expect(await strategy.settingsOf({ ...request, ...part })).toStrictEqual(await strategy.settingsOf(request));
  });

  test("settingsOf() creates nothing and leaves the request unchanged", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = suite.request({ ...(await everything(suite)), env: ["B=1", "A=2"] });
    const copy = structuredClone(request);
    await strategy.settingsOf(freeze(request));
    expect(request).toEqual(copy);
    expect(await suite.existing()).toEqual([]);
  });

  test("settingsOf() rejects an invalid request with INVALID_REQUEST, and an aborted signal with ABORTED", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = suite.request();
    await suite.fails(strategy.settingsOf({ ...request, image: "" }), "INVALID_REQUEST", request.name);
    await suite.fails(strategy.settingsOf(request, { signal: AbortSignal.abort() }), "ABORTED", request.name);
  });

  test("settings and revision change only with an update or a scaling", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    const first = await statusOf(strategy, request.name);
    expect(await statusOf(strategy, request.name)).toMatchObject({
      settings: first.settings,
      revision: first.revision,
    });
    expect(first.previous, "there is no previous version").toBeUndefined();
    if (supports(strategy, "update")) {
      const second = { ...request, env: ["VERSION=2"] };
      await strategy.update(second);
      await expectSettingsOf(strategy, request.name, await strategy.settingsOf(second));
      expect(first.revision, "a strategy with updates returns a revision").toMatch(/\S/);
      expect((await statusOf(strategy, request.name)).revision).not.toBe(first.revision);
    }
    if (supports(strategy, "scale")) {
      const { settings, revision } = await statusOf(strategy, request.name);
      await strategy.scale(request.name, 2);
      await expectSettingsOf(strategy, request.name, {
        ...settings,
        mode: { Replicated: { Replicas: 2 } },
      } as ServiceSettings);
      expect((await statusOf(strategy, request.name)).revision).not.toBe(revision);
    }
  });
}

/** Lists the settings of one service, since other tests may have dozens on the platform. */
const only = (name: string): ListOptions => ({ isRelevant: (service) => service.name === name });

/** The status of a service from `inspect` and `list`, if the strategy has them. */
async function statusesOf(
  strategy: StrategyWithSettings,
  name: string,
  listing: ListOptions = only(name),
): Promise<Record<string, ServiceStatus | undefined>> {
  const listed = supports(strategy, "list") ? await strategy.list({ ...listing, settings: true }) : undefined;
  return {
    ...(supports(strategy, "inspect") && { inspect: await strategy.inspect(name) }),
    ...(listed && { list: listed.find((status) => status.name === name) }),
  };
}

async function statusOf(strategy: StrategyWithSettings, name: string): Promise<ServiceStatus> {
  const [status] = Object.values(await statusesOf(strategy, name));
  if (status === undefined) throw new Error("a strategy with settings must have inspect or list, and find the service");
  return status;
}

/** A strategy may reject a field that older engines do not have. */
async function unlessTooOld<Value>(context: TestContext, work: Promise<Value>, recent = false): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!recent || !DeploymentError.isInstance(error, "UNSUPPORTED")) throw error;
    return context.skip("the engine is too old for it, and the strategy reports that");
  }
}
