import { DeploymentError, type DeployRequest, parseRequest, type ProgressEvent } from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { expectSettings } from "../compare.js";
import { fieldSamples } from "../samples/field-samples.js";
import { partOf } from "../samples/sample.js";
import type { Suite } from "../suite.js";

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
