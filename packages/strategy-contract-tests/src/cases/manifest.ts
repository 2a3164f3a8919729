import {
  CAPABILITIES,
  type CapabilityName,
  REQUEST_FIELDS,
  REQUIRED_FIELDS,
  type RequestField,
} from "@openfactory/deploy-core";
import { expect, test } from "vitest";
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
