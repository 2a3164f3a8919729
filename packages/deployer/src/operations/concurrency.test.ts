import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, memory, project } from "../../test/fixtures.js";
import { DEFAULT_CONCURRENCY } from "../model/concurrency.js";
import { down } from "./down.js";
import { changeProcesses } from "./processes.js";
import { rollback } from "./rollback.js";
import { up } from "./up.js";

const COUNT = 40;
const apps = (image: string) => Array.from({ length: COUNT }, (_, index) => app(`app${index}`, { image }));

/** Runs an operation, and counts the most calls of a kind that were in progress at the same time. */
async function mostAtOnce(
  strategy: MemoryDeploymentStrategy,
  kind: string,
  work: () => Promise<unknown>,
): Promise<number> {
  let [now, most] = [0, 0];
  strategy.intercept = async (call, phase) => {
    if (!call.startsWith(`${kind} `)) return;
    now += phase === "before" ? 1 : -1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await work();
  strategy.intercept = undefined;
  return most;
}

const deployed = async (): Promise<MemoryDeploymentStrategy> => {
  const strategy = memory({ capabilities: [...ALL, "restart", "stop"] });
  await up(strategy, project(...apps("demo:1")));
  await up(strategy, project(...apps("demo:2")));
  return strategy;
};

const OPERATIONS: readonly [
  name: string,
  kind: string,
  most: number,
  run: (strategy: MemoryDeploymentStrategy, concurrency?: number) => Promise<unknown>,
][] = [
  [
    "up() updates",
    "update",
    DEFAULT_CONCURRENCY.update,
    (strategy, concurrency) => up(strategy, project(...apps("demo:3")), { concurrency }),
  ],
  [
    "up() removes orphans:",
    "remove",
    COUNT,
    (strategy, concurrency) => up(strategy, project(app("other")), { concurrency, prune: true }),
  ],
  [
    "rollback() restores",
    "rollback",
    DEFAULT_CONCURRENCY.update,
    (strategy, concurrency) => rollback(strategy, project(...apps("demo:2")), { concurrency }),
  ],
  [
    "restart() restarts",
    "restart",
    DEFAULT_CONCURRENCY.update,
    (strategy, concurrency) => changeProcesses(strategy, project(...apps("demo:2")), "restart", { concurrency }),
  ],
  [
    "stop() stops",
    "stop",
    COUNT,
    (strategy, concurrency) => changeProcesses(strategy, project(...apps("demo:2")), "stop", { concurrency }),
  ],
  [
    "down() removes",
    "remove",
    COUNT,
    (strategy, concurrency) => down(strategy, project(...apps("demo:2")), { concurrency }),
  ],
];

test.each(OPERATIONS)(
  "%s many apps at a time, and one after another with `concurrency` 1",
  async (_, kind, most, run) => {
    for (const concurrency of [undefined, 1]) {
      const strategy = await deployed();
      expect(await mostAtOnce(strategy, kind, () => run(strategy, concurrency))).toBe(concurrency ?? most);
    }
  },
);

test("a revert follows the number of the run", async () => {
  const crash = new DeploymentError("TASK_FAILED", "last crashed.");
  for (const concurrency of [undefined, 1]) {
    const strategy = memory({}, { failOn: { last: { wait: crash } } });
    const desired = project(...apps("demo:1"), {
      ...app("last"),
      dependsOn: apps("demo:1").map(({ service }) => ({ service, condition: "service_healthy" as const })),
    });
    expect(await mostAtOnce(strategy, "remove", () => up(strategy, desired, { concurrency }))).toBe(
      concurrency ?? COUNT,
    );
  }
});

test("apps whose update waits don't delay the creation of others", async () => {
  const strategy = memory({ capabilities: ALL });
  const old = apps("demo:1").slice(0, DEFAULT_CONCURRENCY.create);
  await up(strategy, project(...old));
  const gate = Promise.withResolvers<void>();
  strategy.intercept = (call, phase) => {
    if (call.startsWith("update ") && phase === "before") return gate.promise;
    if (call === "deploy new" && phase === "after") gate.resolve();
    return undefined;
  };
  const changed = old.map((each) => ({ ...each, request: { ...each.request, image: "demo:2" } }));
  const report = await up(strategy, project(...changed, app("new")));
  expect(report.outcome).toBe("ok");
});

describe("a file with more apps than can be in progress", () => {
  const many = (more: object = {}) => Array.from({ length: 600 }, (_, index) => app(`app${index}`, more));

  test("starts an app when another one is ready", async () => {
    const strategy = memory();
    const inProgress = new Set<string>();
    const isFull = Promise.withResolvers<void>();
    let most = 0;
    strategy.intercept = async (call, phase) => {
      const [kind, service = ""] = call.split(" ");
      if (kind === "deploy" && phase === "before") inProgress.add(service);
      most = Math.max(most, inProgress.size);
      if (inProgress.size === 512) isFull.resolve();
      if (kind !== "wait") return;
      await isFull.promise;
      if (phase === "after") inProgress.delete(service);
    };
    expect(await up(strategy, project(...many()), { concurrency: 600 })).toMatchObject({ outcome: "ok" });
    expect(most).toBe(512);
  });

  test("starts an app that all others wait for, although it is the last one", async () => {
    const dependsOn = [{ service: "last", condition: "service_healthy" }] as const;
    const report = await up(memory(), project(...many({ dependsOn }), app("last")));
    expect(report).toMatchObject({ outcome: "ok" });
  });
});
