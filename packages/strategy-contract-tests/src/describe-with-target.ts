import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { Suite } from "./suite.js";
import type { ContractFactory, ContractTarget } from "./target.js";

/** Cases by name, as in `"odd characters > labels"`, each with the reason why a target does not show what it asks for. */
export type Differences = Readonly<Record<string, string>>;

/** As much of vitest's tasks as names take: a case, its groups, and what they are in. */
interface Task {
  name: string;
  suite?: Task;
  tasks?: readonly Task[];
}

/** From the contract's groups down to a case. */
const lineOf = (task: Task, contract: string): Task[] =>
  task.suite === undefined || task.name === contract ? [] : [...lineOf(task.suite, contract), task];

const rootOf = (task: Task, contract: string): Task =>
  task.suite === undefined || task.name === contract ? task : rootOf(task.suite, contract);

const casesIn = (task: Task): Task[] => (task.tasks === undefined ? [task] : task.tasks.flatMap(casesIn));

/**
 * Why a case is declared to differ, if it is.
 * @param contract the title of the contract that it is of.
 * @throws Error for a declaration that names no case of the contract.
 */
export function differenceOf(task: Task, contract: string, differs: Differences): string | undefined {
  const nameOf = (one: Task): string =>
    lineOf(one, contract)
      .map(({ name }) => name)
      .join(" > ");
  const names = new Set(casesIn(rootOf(task, contract)).map(nameOf));
  const unknown = Object.keys(differs).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`declared to differ, and no case of the contract: ${unknown.join("; ")}`);
  return differs[nameOf(task)];
}

interface TargetOptions {
  timeoutMs: number;
  patienceMs?: number;
  differs?: Differences;
}

/** Registers cases on a target that is made before the first of them and closed after the last. */
export function describeWithTarget(
  title: string,
  factory: ContractFactory,
  { timeoutMs, patienceMs, differs = {} }: TargetOptions,
  register: (suite: Suite) => void,
): void {
  describe(title, { timeout: timeoutMs }, () => {
    let target: ContractTarget | undefined;
    const suite = new Suite(() => {
      if (target === undefined) throw new Error("the target is made before the first case, and not earlier");
      return target;
    }, patienceMs);

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
