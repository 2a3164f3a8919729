import { DeploymentError } from "../errors.js";
import { expect, test } from "vitest";
import { selectInstance } from "./select-instance.js";

const choices = [
  { id: "a1", name: "web.1", number: 1, running: false },
  { id: "b2", name: "web.2", number: 2, running: true },
];

const codeOf = (select: () => unknown): string | undefined => {
  try {
    select();
    return undefined;
  } catch (error) {
    return DeploymentError.isInstance(error) ? error.code : String(error);
  }
};

test("selectInstance() returns the first running instance, or the one with the number, name or id", () => {
  for (const wanted of [undefined, 2, "web.2", "b2"]) expect(selectInstance("web", choices, wanted)).toBe(choices[1]);
});

test("selectInstance() throws NOT_FOUND for an unknown instance, and CONFLICT for one that does not run", () => {
  for (const wanted of [3, "web", "web.3"])
    expect(codeOf(() => selectInstance("web", choices, wanted))).toBe("NOT_FOUND");
  expect(codeOf(() => selectInstance("web", choices, 1))).toBe("CONFLICT");
  expect(codeOf(() => selectInstance("web", choices.slice(0, 1), undefined))).toBe("CONFLICT");
});
