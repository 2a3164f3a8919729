import type { ContainerSummary } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLACES_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { expect, test } from "vitest";
import { groupByService, toListedContainer } from "./group.js";

const container = (name: string, labels: Record<string, string> = {}) =>
  toListedContainer({
    Id: `id-of-${name}`,
    Names: [`/other/link`, `/${name}`],
    Labels: labels,
    State: "running",
  } as unknown as ContainerSummary);
const managed = { [OPERATION_LABEL]: "1" };
const replica = { ...managed, [REPLICA_LABEL]: "mill" };
const groups = (...members: ReturnType<typeof container>[]) =>
  Object.fromEntries([...groupByService(members)].map(([service, group]) => [service, group.map(({ name }) => name)]));

test("groupByService() adds a container with a role to its service if this strategy created it", () => {
  expect(groups(container("mill.previous", managed), container("mill"), container("mill.candidate", managed))).toEqual({
    mill: ["mill.previous", "mill", "mill.candidate"],
  });
});

test("groupByService() treats a container with such a name from another tool as a service of its own", () => {
  expect(groups(container("mill"), container("mill.previous"), container("rill.candidate"))).toEqual({
    mill: ["mill"],
    "mill.previous": ["mill.previous"],
    "rill.candidate": ["rill.candidate"],
  });
});

test("groupByService() adds a container from another tool to the service that replaced it", () => {
  const replacing = container("mill", { ...managed, [REPLACES_LABEL]: "id-of-mill.previous" });
  expect(groups(container("mill.previous"), replacing)).toEqual({ mill: ["mill.previous", "mill"] });
});

test("groupByService() groups replicas by number, without other containers that have similar names", () => {
  expect(
    groups(
      container("mill-10", replica),
      container("mill-2", replica),
      container("mill-2.previous", replica),
      container("mill-3"),
      container("mill-x", replica),
    ),
  ).toEqual({ mill: ["mill-2", "mill-2.previous", "mill-10"], "mill-3": ["mill-3"], "mill-x": ["mill-x"] });
});

test("groupByService() prefers a container with the service's own name to replicas", () => {
  expect(groups(container("mill-1", replica), container("mill"), container("mill-1.previous", replica))).toEqual({
    mill: ["mill", "mill-1.previous"],
  });
});

test("groupByService() compares no container with all others, even if an engine lists one of them 1,000 times", () => {
  let reads = 0;
  const counted = () =>
    Object.defineProperty(container("mill"), "version", {
      get: () => {
        reads += 1;
        return "1";
      },
    });
  expect(groupByService(Array.from({ length: 1000 }, counted)).get("mill")).toHaveLength(1000);
  expect(reads).toBeLessThan(10_000);
});
