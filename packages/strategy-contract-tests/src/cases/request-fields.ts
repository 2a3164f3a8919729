import {
  CAPABILITIES,
  type CapabilityName,
  DeploymentError,
  type DeployRequest,
  parseRequest,
  type ProgressEvent,
  REQUEST_FIELDS,
  type RequestField,
  REQUIRED_FIELDS,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { expectSettings } from "../compare-settings.js";
import { fieldSamples, partOf } from "../samples/field-samples.js";
import { requestOf, views } from "../samples/process-checks.js";
import type { Suite } from "../suite.js";

/** A capability's method, where it is not called as the capability is. */
const METHODS: Partial<Record<CapabilityName, string>> = { settings: "settingsOf", resources: "listResources" };

/** What the strategy says of itself is well formed, and true of its own shape. */
export function manifestCases(suite: Suite): void {
  test("the manifest honours the required fields, and knows only fields and capabilities that there are", () => {
    const { name, honours, capabilities } = suite.manifest;
    expect(name).toMatch(/\S/);
    expect(honours).toEqual(expect.arrayContaining([...REQUIRED_FIELDS]));
    expect(REQUEST_FIELDS).toEqual(expect.arrayContaining([...honours]));
    expect(CAPABILITIES).toEqual(expect.arrayContaining([...capabilities]));
    expect(new Set(honours).size, "a field is declared once").toBe(honours.length);
  });

  test("every capability that is declared is implemented", () => {
    const methods = suite.strategy as unknown as Record<string, unknown>;
    for (const capability of suite.manifest.capabilities)
      expect(methods[METHODS[capability] ?? capability], capability).toBeTypeOf("function");
  });

  test("every part that is not honoured is a part of a request, with a reason in a sentence", () => {
    for (const { field, reason } of suite.manifest.unhonoured) {
      expect(REQUEST_FIELDS, `unhonoured ${field}`).toContain(field.split(/[.[]/)[0] as RequestField);
      expect(reason, `reason of ${field}`).toMatch(/^\S+ \S.*\.$/);
    }
  });
}

/** Every field of a request: on the engine as asked, or told to the caller, as the manifest says. */
export function fieldCases(suite: Suite): void {
  describe("request field", () => {
    test.for(fieldSamples)("$title", async (sample, context) => {
      const part = await partOf(sample, suite);
      const request = suite.request(part);
      const { warnings, refused } = suite.declared(request);
      if (warnings.length === 0) {
        if (sample.recent && (await engineLacks(suite, request)))
          context.skip("the engine is too old for it, and the strategy says so");
        await honoured(suite, request);
        return skipUntold(suite, context, request.name, part);
      }
      await refusedStrictly(suite, request);
      if (refused) await suite.failsCleanly(() => suite.strategy.deploy(request), "UNSUPPORTED", request.name);
      else await warned(suite, request);
    });
  });
}

/** Whether the strategy refuses what it honours elsewhere, and cleanly. */
async function engineLacks(suite: Suite, request: DeployRequest): Promise<boolean> {
  const name = suite.name();
  const refusal = await suite.strategy.deploy({ ...request, name }).catch((error: unknown) => error);
  if (!DeploymentError.isInstance(refusal, "UNSUPPORTED")) return false;
  expect(refusal.field, "the error names the field").toBeTruthy();
  expect(await suite.existing(), "nothing is left behind").toEqual([]);
  return true;
}

async function honoured(suite: Suite, request: DeployRequest): Promise<void> {
  const { warnings } = await suite.strategy.deploy(request, { strict: true });
  expect(warnings.filter(({ code }) => code === "FIELD_NOT_HONOURED")).toEqual([]);
  expectSettings(await suite.settings(request.name), parseRequest(request));
}

/** What the engine does not tell was not compared: that is no pass. */
async function skipUntold(
  suite: Suite,
  context: TestContext,
  name: string,
  part: Partial<DeployRequest>,
): Promise<void> {
  const { untold = {} } = await suite.settings(name);
  for (const [field, reason] of Object.entries(untold)) if (field in part) context.skip(reason);
}

async function refusedStrictly(suite: Suite, request: DeployRequest): Promise<void> {
  const deploying = () => suite.strategy.deploy(request, { strict: true });
  const error = await suite.failsCleanly(deploying, "UNSUPPORTED", request.name);
  expect(error.field).toBeTruthy();
  expect(`${error.message} ${error.issues.map(({ field }) => field).join(" ")}`, "the error names the field").toContain(
    error.field,
  );
}

async function warned(suite: Suite, request: DeployRequest): Promise<void> {
  const events: ProgressEvent[] = [];
  const { warnings } = await suite.strategy.deploy(request, { observer: (event) => events.push(event) });
  const told = warnings.filter(({ code }) => code === "FIELD_NOT_HONOURED");
  expect(told, "warnings of the result").toEqual(suite.declared(request).warnings);
  const observed = events.filter((event) => event.type === "warning").map(({ warning }) => warning);
  expect(observed, "warnings of the observer").toEqual(expect.arrayContaining(told));
  // The rest of the request holds.
  const { image, env } = parseRequest(request);
  expectSettings(await suite.settings(request.name), { image, env, name: request.name });
}

/** What a process sees of the request that it runs by. */
export function insideCases(suite: Suite): void {
  describe("a process sees", () => {
    test.for(views)("$title", async (view, context) => {
      const exec = suite.probe(context, "exec");
      const part = await requestOf(view, suite);
      suite.needs(context, part);
      const { name } = await suite.running(suite.request(part));
      view.check(await exec(name, view.words));
    });
  });
}
