import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { Suite } from "./suite.js";
import type { ContractFactory, ContractTarget } from "./target.js";

/** Cases by name, as `"remove > remove() frees the host port"`, each with the reason why a target can't pass it. */
export type Differences = Readonly<Record<string, string>>;

/** The part of vitest's tasks that names consist of: a case, its groups, and their parents. */
interface Task {
  name: string;
  suite?: Task;
  tasks?: readonly Task[];
}

/** The path from the contract's groups to a case. */
const pathOf = (task: Task, contract: string): Task[] =>
  task.suite === undefined || task.name === contract ? [] : [...pathOf(task.suite, contract), task];

/** The name of a case, as in {@link Differences}. @param contract the title of the contract. */
export const caseNameOf = (task: Task, contract: string): string =>
  pathOf(task, contract)
    .map(({ name }) => name)
    .join(" > ");

const rootOf = (task: Task, contract: string): Task =>
  task.suite === undefined || task.name === contract ? task : rootOf(task.suite, contract);

const casesIn = (task: Task): Task[] => (task.tasks === undefined ? [task] : task.tasks.flatMap(casesIn));

/**
 * The reason why a case is declared to differ; undefined if it is not.
 * @param contract the title of the contract.
 * @throws Error for a declaration without a case.
 */
export function differenceOf(task: Task, contract: string, differs: Differences): string | undefined {
  if (Object.keys(differs).length === 0) return undefined;
  const names = new Set(casesIn(rootOf(task, contract)).map((one) => caseNameOf(one, contract)));
  const unknown = Object.keys(differs).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`differs names cases that the contract does not have: ${unknown.join("; ")}`);
  return differs[caseNameOf(task, contract)];
}

interface TargetOptions {
  timeoutMs: number;
  pollTimeoutMs?: number;
  differs?: Differences;
}

/** Registers cases on a target that is created before the first case and closed after the last. */
export function describeWithTarget(
  title: string,
  factory: ContractFactory,
  { timeoutMs, pollTimeoutMs, differs = {} }: TargetOptions,
  register: (suite: Suite) => void,
): void {
  describe(title, { timeout: timeoutMs }, () => {
    let target: ContractTarget | undefined;
    const suite = new Suite(() => {
      if (target === undefined) throw new Error("the target does not exist before the first case");
      return target;
    }, pollTimeoutMs);

    beforeAll(async () => {
      target = await factory();
    }, timeoutMs);
    beforeEach((context) => {
      const reason = differenceOf(context.task, title, differs);
      if (reason !== undefined) context.skip(`declared to differ: ${reason}`);
    });
    afterEach(() => suite.cleanup(), timeoutMs);
    afterAll(() => target?.close(), timeoutMs);

    register(suite);
  });
}
