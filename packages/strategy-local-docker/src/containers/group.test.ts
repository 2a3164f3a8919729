import type { ContainerSummary } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLACES_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { expect, test } from "vitest";
import { familiesOf, listedMember } from "./group.js";

const container = (name: string, labels: Record<string, string> = {}) =>
  listedMember({
    Id: `id-of-${name}`,
    Names: [`/other/link`, `/${name}`],
    Labels: labels,
    State: "running",
  } as unknown as ContainerSummary);
const ours = { [OPERATION_LABEL]: "1" };
const replica = { ...ours, [REPLICA_LABEL]: "mill" };
const families = (...members: ReturnType<typeof container>[]) =>
  Object.fromEntries([...familiesOf(members)].map(([service, family]) => [service, family.map(({ name }) => name)]));

test("what is beside a name belongs to the service, if this strategy has made it", () => {
  expect(families(container("mill.previous", ours), container("mill"), container("mill.next", ours))).toEqual({
    mill: ["mill.previous", "mill", "mill.next"],
  });
});

test("what somebody else has called so is a service of its own", () => {
  expect(families(container("mill"), container("mill.previous"), container("rill.next"))).toEqual({
    mill: ["mill"],
    "mill.previous": ["mill.previous"],
    "rill.next": ["rill.next"],
  });
});

test("what somebody else has made belongs to the service that took its place", () => {
  const replacing = container("mill", { ...ours, [REPLACES_LABEL]: "id-of-mill.previous" });
  expect(families(container("mill.previous"), replacing)).toEqual({ mill: ["mill.previous", "mill"] });
});

test("replicas are one service, by number, and no others that are called alike", () => {
  expect(
    families(
      container("mill-10", replica),
      container("mill-2", replica),
      container("mill-2.previous", replica),
      container("mill-3"),
      container("mill-x", replica),
    ),
  ).toEqual({ mill: ["mill-2", "mill-2.previous", "mill-10"], "mill-3": ["mill-3"], "mill-x": ["mill-x"] });
});

test("one that has the service's own name is the service, whatever replicas there are", () => {
  expect(families(container("mill-1", replica), container("mill"), container("mill-1.previous", replica))).toEqual({
    mill: ["mill", "mill-1.previous"],
  });
});
