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
  supports,
} from "@openfactory/deploy-core";
import { afterAll, describe, expect, test, type TestContext } from "vitest";
import { expectSettings } from "../compare-settings.js";
import { CombinedServices } from "../samples/combined-services.js";
import { fieldSamples, isCombinable, partOf } from "../samples/field-samples.js";
import { requestOf, processChecks } from "../samples/process-checks.js";
import type { Suite } from "../suite.js";
import type { ObservedSettings } from "../target.js";
import { omit, testEach } from "../utilities.js";

/** The methods of a capability, if they are not the one with its name. */
const METHODS: Partial<Record<CapabilityName, readonly string[]>> = {
  settings: ["settingsOf"],
  resources: ["listResources", "createResource", "removeResource"],
  stop: ["stop", "start"],
  lock: ["lock", "unlock"],
};

/** The manifest is well formed, and the strategy has the declared methods. */
export function manifestCases(suite: Suite): void {
  test("the manifest supports the required fields and names only existing fields and capabilities", () => {
    const { name, supportedFields, capabilities } = suite.manifest;
    expect(name).toMatch(/\S/);
    expect(supportedFields).toEqual(expect.arrayContaining([...REQUIRED_FIELDS]));
    expect(REQUEST_FIELDS).toEqual(expect.arrayContaining([...supportedFields]));
    expect(CAPABILITIES).toEqual(expect.arrayContaining([...capabilities]));
    expect(new Set(supportedFields).size, "a field is declared once").toBe(supportedFields.length);
  });

  test("every declared capability is implemented", () => {
    const methods = suite.strategy as unknown as Record<string, unknown>;
    for (const capability of suite.manifest.capabilities)
      for (const method of METHODS[capability] ?? [capability])
        expect(methods[method], `${method} of ${capability}`).toBeTypeOf("function");
  });

  test("the optional parts of the manifest are well formed", async () => {
    const { capabilityOptions = {}, replicaVariables, needsReplacement } = suite.manifest;
    for (const [capability, option] of Object.entries(capabilityOptions)) {
      expect(CAPABILITIES, `the option ${option}`).toContain(capability);
      expect(option, `the option of ${capability}`).toMatch(/^[^\s=]+=\S+$/);
    }
    if (replicaVariables !== undefined) {
      const { names, replicas } = replicaVariables;
      expect(names.length, "names of variables").toBeGreaterThan(0);
      expect(new Set(names).size, "a variable is named once").toBe(names.length);
      if (replicas !== undefined) expect(names).toContain(replicas);
    }
    const { strategy } = suite;
    if (needsReplacement === undefined || !supports(strategy, "settings")) return;
    const settings = await strategy.settingsOf(suite.request());
    expect(needsReplacement(settings, settings), "equal settings need no replacement").toBeUndefined();
    const other = await strategy.settingsOf({
      ...suite.request(),
      mode: { GlobalJob: {} },
      restart: { Condition: "none" },
    });
    expect(needsReplacement(settings, other) ?? "no reason", "a sentence without a period").toMatch(/^\S[^\n]*[^.\s]$/);
  });

  test("every limitation names a request field and has a reason in a sentence", () => {
    for (const { field, reason } of suite.manifest.limitations) {
      expect(REQUEST_FIELDS, `limitation ${field}`).toContain(field.split(/[.[]/)[0] as RequestField);
      expect(reason, `reason of ${field}`).toMatch(/^\S+ \S.*\.$/);
    }
  });
}

/** Every field of a request is on the engine, or reported to the caller, as the manifest declares. */
export function fieldCases(suite: Suite): void {
  describe("request field", () => {
    const services = new CombinedServices(suite, fieldSamples, {
      partOf,
      isCombinable,
      deploy: (request) => suite.strategy.deploy(request, { strict: true }),
    });
    afterAll(() => services.remove());

    testEach(fieldSamples, async (sample, context) => {
      const part = await services.part(sample);
      const request = suite.request(part);
      const { warnings, refused } = suite.declared(request);
      if (warnings.length === 0) {
        suite.skipIfUnavailable(context, part);
        if (sample.recent && (await isEngineTooOld(suite, request)))
          context.skip("the engine is too old for it, and the strategy reports that");
        const { request: deployed, others, result } = await services.with(sample);
        expect(result.warnings.filter(({ code }) => code === "FIELD_NOT_SUPPORTED")).toEqual([]);
        const settings = await suite.settings(deployed.name);
        expectSettings(settings, omit(parseRequest(deployed), others));
        return skipIncomparable(context, settings, part);
      }
      await expectRejectedStrictly(suite, request);
      if (refused) await suite.failsCleanly(() => suite.strategy.deploy(request), "UNSUPPORTED", request.name);
      else await expectWarnings(suite, request);
    });
  });
}

/** Whether the strategy rejects a field that it supports on other engines, and leaves nothing behind. */
async function isEngineTooOld(suite: Suite, request: DeployRequest): Promise<boolean> {
  const before = await suite.existing();
  const name = suite.name();
  const refusal = await suite.strategy.deploy({ ...request, name }).catch((error: unknown) => error);
  if (!DeploymentError.isInstance(refusal, "UNSUPPORTED")) return false;
  expect(refusal.field, "the error names the field").toBeTruthy();
  expect(await suite.existing(), "nothing is left behind").toEqual(before);
  return true;
}

/** A field that the engine does not return was not compared, so its case does not pass. */
function skipIncomparable(
  context: TestContext,
  { incomparable = {} }: ObservedSettings,
  part: Partial<DeployRequest>,
): void {
  for (const [field, reason] of Object.entries(incomparable))
    if (field in part) context.skip(`not comparable: ${reason}`);
}

async function expectRejectedStrictly(suite: Suite, request: DeployRequest): Promise<void> {
  const deploying = () => suite.strategy.deploy(request, { strict: true });
  const error = await suite.failsCleanly(deploying, "UNSUPPORTED", request.name);
  expect(error.field).toBeTruthy();
  expect(`${error.message} ${error.issues.map(({ field }) => field).join(" ")}`, "the error names the field").toContain(
    error.field,
  );
}

async function expectWarnings(suite: Suite, request: DeployRequest): Promise<void> {
  const events: ProgressEvent[] = [];
  const { warnings } = await suite.strategy.deploy(request, { observer: (event) => events.push(event) });
  const reported = warnings.filter(({ code }) => code === "FIELD_NOT_SUPPORTED");
  expect(reported, "warnings of the result").toEqual(suite.declared(request).warnings);
  const observed = events.filter((event) => event.type === "warning").map(({ warning }) => warning);
  expect(observed, "warnings of the observer").toEqual(expect.arrayContaining(reported));
  // The rest of the request applies.
  const { image, env } = parseRequest(request);
  expectSettings(await suite.settings(request.name), { image, env, name: request.name });
}

/** The effect of a request inside the process. */
export function insideCases(suite: Suite): void {
  describe("a process sees", () => {
    const services = new CombinedServices(suite, processChecks, {
      partOf: requestOf,
      isCombinable: ({ isAlone = false }) => !isAlone,
      deploy: (request) => suite.deployRunning(request),
    });
    afterAll(() => services.remove());

    testEach(processChecks, async (check, context) => {
      const exec = suite.probe(context, "exec");
      const part = await services.part(check);
      suite.skipUnlessSupported(context, part);
      suite.skipIfUnavailable(context, part);
      const { request } = await services.with(check);
      check.check(await exec(request.name, check.words));
    });
  });

  test("a process gets its stop signal when it is stopped", async (context) => {
    const stop = suite.probe(context, "stop");
    const { reportSignal } = suite.programs;
    if (reportSignal === undefined) return context.skip("the target has no program reportSignal");
    suite.skipUnlessSupported(context, { stopSignal: "SIGUSR1", command: ["x"] });
    const command = reportSignal("USR1", "asked to stop");
    const { name } = await suite.deployRunning(suite.request({ stopSignal: "SIGUSR1", command }));
    const untilWritten = (line: string) =>
      suite.eventually(
        line,
        () => suite.probes.output(name),
        (lines) => lines.includes(line),
      );
    await untilWritten("ready");
    await stop(name);
    await untilWritten("asked to stop");
  });
}
