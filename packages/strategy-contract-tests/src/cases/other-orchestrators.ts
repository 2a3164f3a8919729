import { supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";
import type { ForeignWorkload } from "../target.js";
import { collect } from "../utilities.js";

type Make = (workload: ForeignWorkload) => Promise<() => Promise<unknown>>;

/** Workloads of other orchestrators on the same engine are never listed, adopted, changed or removed. */
export function otherOrchestratorCases(suite: Suite): void {
  const kinds = (context: TestContext): [string, Make][] => {
    const { foreign } = suite.target;
    return foreign === undefined
      ? context.skip("the target creates no workloads of other orchestrators")
      : Object.entries(foreign);
  };
  /** A workload with the labels of this suite's services, as a task of a swarm has those of its service. */
  const workload = (part: Partial<ForeignWorkload> = {}): ForeignWorkload => ({
    name: suite.name(),
    ended: false,
    ...part,
    labels: { ...suite.target.labels, "org.openfactory.deploy.project": "contract", ...part.labels },
  });

  test.for([false, true])("list() omits containers of other orchestrators (ended: %s)", async (ended, context) => {
    const strategy = suite.with(context, "list");
    const names: string[] = [];
    for (const [, make] of kinds(context)) {
      const one = workload({ ended });
      await make(one);
      names.push(one.name);
    }
    const all = [
      ...(await strategy.list()),
      ...(await strategy.list({ labels: { "org.openfactory.deploy.project": "contract" } })),
    ];
    expect(all.map(({ name }) => name).filter((name) => names.includes(name))).toEqual([]);
  });

  test.for([false, true])(
    "each operation on the name of another orchestrator's container rejects with CONFLICT, names the owner and changes nothing (ended: %s)",
    async (ended, context) => {
      for (const [kind, make] of kinds(context)) {
        const { strategy } = suite;
        const one = workload({ ended });
        const state = await make(one);
        const before = await state();
        const refused = async (operation: Promise<unknown>): Promise<void> => {
          const error = await suite.fails(operation, "CONFLICT", one.name);
          expect(error.message, "the error names the orchestrator").toContain(kind);
        };
        await refused(strategy.remove(one.name));
        if (supports(strategy, "inspect")) await refused(strategy.inspect(one.name));
        if (supports(strategy, "wait")) await refused(strategy.wait(one.name, { timeoutMs: 10_000 }));
        if (supports(strategy, "logs")) {
          await refused(collect(strategy.logs(one.name)));
          await refused(collect(strategy.logs(one.name, { follow: true })));
        }
        if (supports(strategy, "update")) await refused(strategy.update(suite.request({ name: one.name })));
        if (supports(strategy, "scale")) await refused(strategy.scale(one.name, 2));
        if (supports(strategy, "rollback")) await refused(strategy.rollback(one.name));
        expect(await state(), `${kind}: the container is unchanged`).toEqual(before);
      }
    },
  );

  test("deploy() with the name of another orchestrator's container rejects, names the owner and changes nothing", async (context) => {
    for (const [kind, make] of kinds(context)) {
      const one = workload();
      const state = await make(one);
      const before = await state();
      const deploying = () => suite.strategy.deploy(suite.request({ name: one.name }));
      const error = await suite.failsCleanly(deploying, ["ALREADY_EXISTS", "CONFLICT"], one.name);
      expect(error.message, "the error names the orchestrator").toContain(kind);
      expect(await state(), `${kind}: the container is unchanged`).toEqual(before);
    }
  });

  test("preflight() finds a host port of another orchestrator's container", async (context) => {
    const strategy = suite.with(context, "preflight");
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
    const [first] = kinds(context);
    if (first === undefined) return;
    const port = await suite.freePort();
    await first[1](workload({ port }));
    const problems = await strategy.preflight([{ request: suite.request({ ports: { [port]: 80 } }), updates: false }]);
    expect(problems).toMatchObject([{ code: "CONFLICT", field: "ports" }]);
    expect(problems[0]?.message).toContain(first[0]);
  });
}
