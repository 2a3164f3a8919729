import { expect, test } from "vitest";
import { nameAt, numberOf, placeOf, policyFrom, policyText } from "./names.js";

test.each([
  ["mill", { base: "mill" }],
  ["mill-2.next", { base: "mill-2", role: "next" }],
  ["mill.leaving", { base: "mill", role: "leaving" }],
  ["mill.previous", { base: "mill", role: "previous" }],
  ["mill-0", { base: "mill-0" }],
  ["mill-0.on-failure", { base: "mill-0", policy: "on-failure" }],
  ["mill-0.leaving.on-failure-3", { base: "mill-0", role: "leaving", policy: "on-failure-3" }],
  ["mill.previous.no", { base: "mill", role: "previous", policy: "no" }],
  ["mill.previous.always", { base: "mill", role: "previous", policy: "always" }],
  ["mill-1.returning.on-failure-3", { base: "mill-1", role: "returning", policy: "on-failure-3" }],
])("%s is a place, and its name", (name, place) => {
  expect(placeOf(name)).toEqual(place);
  expect(nameAt(place as Parameters<typeof nameAt>[0])).toBe(name);
});

test("the usual restart policy is in no name", () => {
  expect(nameAt({ base: "mill", role: "previous", policy: "unless-stopped" })).toBe("mill.previous");
});

test.each(["mill.previous.sometimes", "mill.previously", "mill.x", "previous", ".previous"])(
  "%s is a name like any other",
  (name) => {
    expect(placeOf(name)).toEqual({ base: name });
  },
);

test.each([
  [{ Name: "unless-stopped", MaximumRetryCount: 0 }, "unless-stopped", { Name: "unless-stopped" }],
  [{ Name: "on-failure", MaximumRetryCount: 12 }, "on-failure-12", { Name: "on-failure", MaximumRetryCount: 12 }],
  [{ Name: "on-failure" }, "on-failure", { Name: "on-failure" }],
  [{ Name: "" }, "no", { Name: "no" }],
  [undefined, "no", { Name: "no" }],
])("the restart policy %j is %s, and back", (policy, text, again) => {
  expect(policyText(policy)).toBe(text);
  expect(policyFrom(text)).toEqual(again);
});

test.each([
  ["mill", "mill-2", 2],
  ["mill", "mill-12", 12],
  ["mill", "mill", undefined],
  ["mill", "mill-x", undefined],
  ["mill", "mill-2-3", undefined],
  ["mill", "rill-2", undefined],
  ["mill-2", "mill-2-3", 3],
])("of %s, %s has the number %j", (service, base, number) => {
  expect(numberOf(service, base)).toBe(number);
});
