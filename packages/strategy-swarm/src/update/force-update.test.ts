import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const bookkeeping = (run: string) => ({ "org.openfactory.deploy.run": run });

/** Updates a service, of which these tasks are there, to the request; resolves with the template sent. */
async function sentBy(request: object, tasks: object[]): Promise<{ ForceUpdate?: number; ContainerSpec: object }> {
  const found = service({ ForceUpdate: 3 }, {}, { Labels: bookkeeping("before") });
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
    labels: bookkeeping("now"),
    ...request,
  });
  return sent?.TaskTemplate ?? { ContainerSpec: {} };
}

test.each([
  ["nothing runs any more", {}, [task(1, "failed")], 4],
  ["its work is done", {}, [task(1, "complete")], 4],
  ["there never was a task", {}, [], 4],
  ["a task runs", {}, [task(1, "failed"), task(2, "running")], 3],
  ["a task is on its way", {}, [task(1, "failed"), task(2, "pending")], 3],
  ["it differs, and so is started anew in any case", { user: "1:1" }, [task(1, "failed")], 3],
])("where %s, the counter of forced updates is right", async (_, request, tasks, counter) => {
  expect((await sentBy(request, tasks)).ForceUpdate).toBe(counter);
});

test("an account of the deploy is kept with the service alone, and starts no task anew", async () => {
  const template = await sentBy({ mode: { Replicated: { Replicas: 3 } } }, [task(1, "running")]);
  expect(template).toMatchObject({ ForceUpdate: 3, ContainerSpec: { Image: "demo:1", Labels: {} } });
});
