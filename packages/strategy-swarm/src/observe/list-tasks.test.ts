import { DeploymentError } from "@openfactory/deploy-core";
import type { Filters, TaskDetails } from "@openfactory/docker-engine";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { listSwarm, MAX_FILTER_NAMES } from "./list-named.js";
import { listTasks } from "./list-tasks.js";

const TASKS = ["a", "b", "gone"].map((id) => ({ ID: `task-${id}`, ServiceID: id }) as TaskDetails);

/** An engine that rejects a filter with the id of a service that does not exist, as Docker's does. */
function engineWith(services: readonly string[], code: "NOT_FOUND" | "ENGINE_ERROR" = "NOT_FOUND", swarmSize = 0) {
  const asked: Filters[] = [];
  const { engine } = fakeEngine({
    "services.list": () => Array.from({ length: swarmSize }, () => ({})),
    "tasks.list": (filters: Filters) => {
      asked.push(filters);
      const ids = filters["service"] as string[] | undefined;
      if (ids?.some((id) => !services.includes(id)))
        throw new DeploymentError(code, "The engine could not list tasks: service gone not found.");
      return TASKS.filter(({ ServiceID }) => ids?.includes(ServiceID) ?? true);
    },
  });
  return { engine, asked };
}

const services = (...ids: string[]) => ids.map((ID) => ({ ID }));
const idsOf = (tasks: readonly TaskDetails[]): string[] => tasks.map(({ ID }) => ID);

test("listTasks() lists the tasks of services with one call", async () => {
  const { engine, asked } = engineWith(["a", "b"]);
  expect(idsOf(await listTasks(engine, services("a"), { filters: { "desired-state": ["running"] } }))).toEqual([
    "task-a",
  ]);
  expect(asked).toEqual([{ service: ["a"], "desired-state": ["running"] }]);
});

test("listTasks() lists the tasks of the other services when one was removed meanwhile", async () => {
  const { engine, asked } = engineWith(["a", "b"]);
  const filters = { "desired-state": ["running"] };
  expect(idsOf(await listTasks(engine, services("a", "gone"), { filters }))).toEqual(["task-a", "task-gone"]);
  expect(asked.at(-1)).toEqual(filters);
});

test("listTasks() lists all tasks instead of naming more than 100 services", async () => {
  const { engine, asked } = engineWith(["a"]);
  const many = Array.from({ length: MAX_FILTER_NAMES }, (_, index) => `other-${index}`);
  expect(idsOf(await listTasks(engine, services("a", ...many)))).toEqual(["task-a"]);
  expect(asked).toEqual([{}]);
});

test("listTasks() names 100 services in each call if they are few of a swarm, also if one was removed meanwhile", async () => {
  const ids = [...Array.from({ length: MAX_FILTER_NAMES }, (_, index) => `other-${index}`), "a", "gone"];
  const { engine, asked } = engineWith([...ids.slice(0, -1), "b"], "NOT_FOUND", 4 * ids.length);
  await listSwarm(engine, undefined, (service) => service);
  expect(idsOf(await listTasks(engine, services(...ids)))).toEqual(["task-a", "task-gone"]);
  expect(asked).toEqual([{ service: ids.slice(0, MAX_FILTER_NAMES) }, { service: ["a", "gone"] }, {}]);
});

test.each([
  ["a filter", ["a"], ["a"]],
  ["all, since one was removed", ["a", "gone"], ["a", "gone"]],
  [
    "all, since they are many",
    ["a", ...Array.from({ length: MAX_FILTER_NAMES }, (_, index) => `other-${index}`)],
    ["a"],
  ],
])("listTasks() returns the reduced tasks of the services: %s", async (_, ids, found) => {
  const { engine } = engineWith(["a"]);
  const reduce = (task: TaskDetails) => ({ ...task, ID: `${task.ID} reduced` });
  expect(idsOf(await listTasks(engine, services(...ids), { reduce }))).toEqual(found.map((id) => `task-${id} reduced`));
});

test("listTasks() rejects with any other error", async () => {
  const { engine } = engineWith([], "ENGINE_ERROR");
  await expect(listTasks(engine, services("a"))).rejects.toMatchObject({ code: "ENGINE_ERROR" });
});
