import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const metadata = (run: string) => ({ "org.openfactory.deploy.run": run });

/** Updates a service that has these tasks to the request, and returns the template that was sent. */
async function sentBy(request: object, tasks: object[]): Promise<{ ForceUpdate?: number; ContainerSpec: object }> {
  const found = service({ ForceUpdate: 3 }, {}, { Labels: metadata("before") });
  let sent: { TaskTemplate: { ContainerSpec: object } } | undefined;
  const { engine } = fakeEngine({
    "services.list": () => [found],
    "tasks.list": () => tasks,
    "nodes.list": () => [],
    "networks.list": () => [],
    "services.update": (_: string, __: number, spec: typeof sent) => {
      sent = spec;
      return { warnings: [] };
    },
  });
  await new SwarmDeploymentStrategy(engine).update({
    name: "demo",
    image: "demo:1",
    labels: metadata("now"),
    ...request,
  });
  return sent?.TaskTemplate ?? { ContainerSpec: {} };
}

test.each([
  ["all tasks have failed", {}, [task(1, "failed")], 4],
  ["its task has completed", {}, [task(1, "complete")], 4],
  ["it has no tasks", {}, [], 4],
  ["a task runs", {}, [task(1, "failed"), task(2, "running")], 3],
  ["a task is pending", {}, [task(1, "failed"), task(2, "pending")], 3],
  ["the update itself replaces the tasks", { user: "1:1" }, [task(1, "failed")], 3],
])("update() of a service forces new tasks only if needed: %s", async (_, request, tasks, counter) => {
  expect((await sentBy(request, tasks)).ForceUpdate).toBe(counter);
});

test("update() keeps metadata labels on the service only, so that they restart no task", async () => {
  const template = await sentBy({ mode: { Replicated: { Replicas: 3 } } }, [task(1, "running")]);
  expect(template).toMatchObject({ ForceUpdate: 3, ContainerSpec: { Image: "demo:1", Labels: {} } });
});
