import { DeploymentError, sleep } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { ALL, app, memory, project } from "../../test/fixtures.js";
import { changeProcesses } from "./processes.js";
import { rollback } from "./rollback.js";
import { up } from "./up.js";
import { waitFor } from "./wait-for.js";

const desired = project(app("db"), app("web"));

/** Makes the wait for web end with its time limit, just after db is ready, and succeed if it is repeated. */
function delay(strategy: MemoryDeploymentStrategy): void {
  const isOver = Promise.withResolvers<void>();
  const wait = strategy.wait.bind(strategy);
  let waits = 0;
  strategy.wait = async (service, options) => {
    if (service === "db") await isOver.promise;
    else if ((waits += 1) === 1) {
      await sleep(options?.timeoutMs ?? 0);
      isOver.resolve();
      await sleep(20);
      throw new DeploymentError("TIMEOUT", "Service web was not ready.");
    }
    return wait(service, options);
  };
}

const LIMIT = { timeoutMs: 2_000 };

test.each<[name: string, operation: (strategy: MemoryDeploymentStrategy) => Promise<{ outcome: string }>]>([
  ["up()", (strategy) => up(strategy, project(app("db", { image: "demo:3" }), app("web", { image: "demo:3" })), LIMIT)],
  ["waitFor()", (strategy) => waitFor(strategy, desired, desired.apps, LIMIT)],
  ["changeProcesses()", (strategy) => changeProcesses(strategy, desired, "restart", LIMIT)],
  ["rollback()", (strategy) => rollback(strategy, desired, LIMIT)],
])("the time limit of %s starts again for all its apps when one of them is ready", async (_, operation) => {
  const strategy = memory({ capabilities: [...ALL, "restart"] });
  await up(strategy, project(app("db", { image: "demo:1" }), app("web", { image: "demo:1" })));
  await up(strategy, project(app("db", { image: "demo:2" }), app("web", { image: "demo:2" })));
  delay(strategy);
  expect(await operation(strategy)).toMatchObject({ outcome: "ok" });
});
