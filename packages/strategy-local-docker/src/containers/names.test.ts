import { expect, test } from "vitest";
import {
  formatContainerName,
  replicaNumber,
  parseContainerName,
  parseRestartPolicy,
  formatRestartPolicy,
} from "./names.js";

test.each([
  ["mill", { base: "mill" }],
  ["mill-2.candidate", { base: "mill-2", role: "candidate" }],
  ["mill.retiring", { base: "mill", role: "retiring" }],
  ["mill.previous", { base: "mill", role: "previous" }],
  ["mill-0", { base: "mill-0" }],
  ["mill-0.on-failure", { base: "mill-0", policy: "on-failure" }],
  ["mill-0.retiring.on-failure-3", { base: "mill-0", role: "retiring", policy: "on-failure-3" }],
  ["mill.previous.no", { base: "mill", role: "previous", policy: "no" }],
  ["mill.previous.always", { base: "mill", role: "previous", policy: "always" }],
  ["mill-1.restoring.on-failure-3", { base: "mill-1", role: "restoring", policy: "on-failure-3" }],
])("parseContainerName() and formatContainerName() are inverse for %s", (name, parts) => {
  expect(parseContainerName(name)).toEqual(parts);
  expect(formatContainerName(parts as Parameters<typeof formatContainerName>[0])).toBe(name);
});

test.each([
  ["mill.next", { base: "mill", role: "candidate" }],
  ["mill-2.leaving", { base: "mill-2", role: "retiring" }],
  ["mill.returning.on-failure-3", { base: "mill", role: "restoring", policy: "on-failure-3" }],
])("parseContainerName() reads the suffix of an earlier release: %s", (name, parts) => {
  expect(parseContainerName(name)).toEqual(parts);
});

test("formatContainerName() leaves out the default restart policy", () => {
  expect(formatContainerName({ base: "mill", role: "previous", policy: "unless-stopped" })).toBe("mill.previous");
});

test.each(["mill.previous.sometimes", "mill.previously", "mill.x", "previous", ".previous"])(
  "parseContainerName() finds no role in %s",
  (name) => {
    expect(parseContainerName(name)).toEqual({ base: name });
  },
);

test.each([
  [{ Name: "unless-stopped", MaximumRetryCount: 0 }, "unless-stopped", { Name: "unless-stopped" }],
  [{ Name: "on-failure", MaximumRetryCount: 12 }, "on-failure-12", { Name: "on-failure", MaximumRetryCount: 12 }],
  [{ Name: "on-failure" }, "on-failure", { Name: "on-failure" }],
  [{ Name: "" }, "no", { Name: "no" }],
  [undefined, "no", { Name: "no" }],
])("the restart policy %j is formatted as %s, and parsed again", (policy, text, again) => {
  expect(formatRestartPolicy(policy)).toBe(text);
  expect(parseRestartPolicy(text)).toEqual(again);
});

test.each([
  ["mill", "mill-2", 2],
  ["mill", "mill-12", 12],
  ["mill", "mill", undefined],
  ["mill", "mill-x", undefined],
  ["mill", "mill-2-3", undefined],
  ["mill", "rill-2", undefined],
  ["mill-2", "mill-2-3", 3],
])("replicaNumber() for the service %s and the container %s is %j", (service, base, number) => {
  expect(replicaNumber(service, base)).toBe(number);
});
