import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { service, task } from "../engine-answers.test.data.js";
import { servicePoller } from "./services.js";

const poll = async (...answers: { found: object; tasks: object[] }[]) => {
  let next = 0;
  const { engine } = fakeEngine({
    "services.list": () => [answers[next]?.found],
    "tasks.list": () => answers[next++]?.tasks,
    "nodes.list": () => [{ ID: "n1" }],
  });
  const poller = servicePoller(engine);
  const first = await poller.next({ name: "demo" });
  const last = await poller.next({ name: "demo", last: first });
  return { first, last };
};
const updated = (index: number) => service({}, { Version: { Index: index }, UpdateStatus: { State: "updating" } });

test("servicePoller() returns the last observation of a service if nothing has changed", async () => {
  const same = () => ({ found: service(), tasks: [task(1, "running")] });
  const { first, last } = await poll(same(), same());
  expect(last).toBe(first);
});

test.each([
  ["another version of the service", { found: service({}, { Version: { Index: 2 } }), tasks: [task(1, "running")] }],
  ["another state of a task", { found: service(), tasks: [task(1, "complete")] }],
  ["one more task", { found: service(), tasks: [task(1, "running"), task(2, "running")] }],
  ["one task less", { found: service(), tasks: [] }],
  ["another service of its name", { found: service({}, { ID: "other" }), tasks: [task(1, "running")] }],
])("servicePoller() observes %s", async (_, next) => {
  const { first, last } = await poll({ found: service(), tasks: [task(1, "running")] }, next);
  expect(last).not.toBe(first);
  expect(last.service.ID).toBe((next.found as typeof last.service).ID);
  expect(last.service.Version).toEqual((next.found as typeof last.service).Version);
});

test("servicePoller() keeps the template of running tasks only for a service that was updated", async () => {
  const tasks = [task(1, "running")];
  expect((await poll({ found: service(), tasks }, { found: updated(2), tasks })).last.tasks).toEqual(tasks);
  expect((await poll({ found: updated(2), tasks }, { found: service(), tasks })).last.tasks[0]?.Spec).toEqual({});
});
