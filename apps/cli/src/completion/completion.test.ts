import { describe, expect, test } from "vitest";
import { deployCommands } from "../command-table/deploy.js";
import { operateCommands } from "../command-table/operate.js";
import { prepareCommands } from "../command-table/prepare.js";
import { describeProgram } from "../program.js";
import { readCommandLine } from "./command-line.js";
import { ARGUMENT_VALUES, OPTION_VALUES } from "./values.js";

const commands = [deployCommands, operateCommands, prepareCommands].flatMap((group) => group.commands);
const { globalOptions } = describeProgram();

/** The command line up to the cursor, which is at the end of the last word. */
function read(text: string) {
  const words = text.split(" ");
  return readCommandLine(words.slice(0, -1), words.at(-1) ?? "", { commands, globalOptions });
}

/** What the word at the cursor is, and the word. */
function expectedOf(text: string): [what: string, word: string] | undefined {
  const line = read(text);
  if (line === undefined) return undefined;
  const { expected, current } = line;
  if (expected === undefined || typeof expected === "string") return [expected ?? "nothing", current];
  return ["long" in expected ? (expected.long ?? "") : expected.name(), current];
}

describe("readCommandLine() finds what the word at the cursor is", () => {
  test.each([
    ["", ["command", ""]],
    ["u", ["command", "u"]],
    ["-", ["option", "-"]],
    ["--platform ", ["--platform", ""]],
    ["--platform swarm u", ["command", "u"]],
    ["up ", ["apps", ""]],
    ["up web w", ["apps", "w"]],
    ["up --pl", ["option", "--pl"]],
    ["up --platform sw", ["--platform", "sw"]],
    ["up --platform=sw", ["--platform", "sw"]],
    ["up -H ", ["--host", ""]],
    ["up -qH ", ["--host", ""]],
    ["up -Hssh://me w", ["apps", "w"]],
    ["logs -f w", ["apps", "w"]],
    ["-f other.yml logs w", ["apps", "w"]],
    ["up -- --w", ["apps", "--w"]],
    ["exec web -", ["command", "-"]],
    ["exec --index 2 ", ["app", ""]],
    ["port web ", ["port", ""]],
    ["port web 80 ", ["nothing", ""]],
    ["init --from-running web ", ["--from-running", ""]],
    ["init --from-running web --force ", ["nothing", ""]],
    ["deploy ", undefined],
  ])("ofdeploy %s", (text, expected) => expect(expectedOf(text)).toEqual(expected));

  test("and the values of the global options before it", () => {
    expect(read("-f a.yml up -fb.yml --project-name=hall --option a=b=c --option d=e w")?.globals).toEqual({
      file: ["a.yml", "b.yml"],
      project: "hall",
      option: { a: "b=c", d: "e" },
    });
  });
});

test("every value of an option and every argument has choices, or a kind of values", () => {
  const options = [...commands.flatMap((each) => each.options ?? []), ...globalOptions];
  const valued = options.filter(({ required, argChoices }) => required && argChoices === undefined);
  expect([...new Set(valued.map(({ long }) => long))].sort()).toEqual(Object.keys(OPTION_VALUES).sort());
  const named = commands.flatMap(({ name, arguments: accepted = [] }) =>
    accepted.filter(({ argChoices }) => argChoices === undefined).map((argument) => `${name} ${argument.name()}`),
  );
  expect(named.sort()).toEqual(Object.keys(ARGUMENT_VALUES).sort());
});
