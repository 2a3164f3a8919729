import { expect, test } from "vitest";
import { differenceOf } from "./describe-with-target.js";

interface Task {
  name: string;
  suite?: Task;
  tasks?: Task[];
}

const CONTRACT = "strategy contract: mine";

/** Cases of a contract, each given by its groups and its name. The contract is in a group of its user. */
function casesOf(...paths: string[][]): Task[] {
  const contract: Task = { name: CONTRACT, suite: { name: "my tests" }, tasks: [] };
  return paths.map((path) => {
    let at = contract;
    for (const [index, name] of path.entries()) {
      const isCase = index === path.length - 1;
      const there = at.tasks?.find((task) => task.name === name);
      const task: Task = there ?? { name, suite: at, ...(isCase ? {} : { tasks: [] }) };
      if (there === undefined) at.tasks?.push(task);
      at = task;
    }
    return at;
  });
}

const cases = casesOf(["wait", "to its end"], ["fields", "field", "env"], ["fields", "field", "labels"]);

test("differenceOf() finds a case by the names of its groups and its own", () => {
  const differs = { "fields > field > env": "It has none.", "wait > to its end": "It never ends." };
  expect(cases.map((task) => differenceOf(task, CONTRACT, differs))).toEqual([
    "It never ends.",
    "It has none.",
    undefined,
  ]);
});

test("differenceOf() returns undefined without declarations", () => {
  expect(cases.map((task) => differenceOf(task, CONTRACT, {}))).toEqual([undefined, undefined, undefined]);
});

test.each(["fields > env", "env", "fields", "strategy contract: mine > wait > to its end"])(
  "differenceOf() rejects %s, which names no case",
  (name) => {
    expect(() => differenceOf(cases[0] as Task, CONTRACT, { [name]: "Because." })).toThrow(
      `differs names cases that the contract does not have: ${name}`,
    );
  },
);
