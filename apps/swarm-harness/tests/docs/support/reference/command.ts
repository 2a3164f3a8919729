import { describeProgram } from "../../../../../cli/src/program.js";
import { EXIT } from "../../../../../cli/src/exit-codes.js";
import { code, page, plain, table } from "./markdown.js";
import { docOf, sourceOf } from "./source-docs.js";

type Program = ReturnType<typeof describeProgram>;
type Option = Program["globalOptions"][number];
type Argument = NonNullable<Program["groups"][number]["commands"][number]["arguments"]>[number];

/** The reference of the command, from the table that parses the command line. */
export function commandPage(): string {
  const { description, groups, globalOptions } = describeProgram();
  return page(
    "Command",
    `${description} [ofdeploy](../../apps/cli/README.md) explains the commands; \`man ofdeploy\` has the same reference.`,
    "## Commands",
    table(
      ["command", "description"],
      groups.flatMap(({ commands }) =>
        commands.map(({ name, description: text }) => [`[${code(name)}](#ofdeploy-${name})`, plain(text)]),
      ),
    ),
    "## Global options",
    "They can be written before or after the name of a command.",
    optionTable(globalOptions),
    ...groups.flatMap(({ commands }) =>
      commands.map(({ name, description: text, arguments: accepted = [], options = [], examples }) =>
        [
          `## ofdeploy ${name}`,
          `${plain(text)}.`,
          `\`\`\`text\n${["ofdeploy", name, ...accepted.map(argumentText), ...(options.length > 0 ? ["[options]"] : [])].join(" ")}\n\`\`\``,
          accepted.length === 0
            ? ""
            : table(
                ["argument", "description"],
                accepted.map((each) => [code(argumentText(each)), `${plain(each.description)}${choicesText(each)}`]),
              ),
          options.some(({ hidden }) => !hidden) ? optionTable(options) : "",
          `\`\`\`sh\n${aligned(Object.entries(examples).map(([line, effect]) => [`ofdeploy ${line}`, effect]))}\n\`\`\``,
        ]
          .filter((part) => part !== "")
          .join("\n\n"),
      ),
    ),
    "## Exit codes",
    table(["code", "meaning"], exitCodes()),
    "Exit code 0 means that the result is as requested. [Errors](../errors/index.md) lists the exit code of each error.",
  );
}

const optionTable = (options: readonly Option[]): string =>
  table(
    ["option", "description"],
    options
      .filter(({ hidden }) => !hidden)
      .map((option) => [code(option.flags), `${plain(option.description)}${choicesText(option)}`]),
  );

/** The allowed values, unless the description has them. */
const choicesText = ({ argChoices = [], description }: Pick<Option | Argument, "argChoices" | "description">): string =>
  argChoices.every((choice) => description.includes(choice)) ? "" : `: ${argChoices.map(code).join(", ")}`;

const argumentText = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

function aligned(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  return lines.map(([line, effect]) => `${line.padEnd(width)}  # ${effect}`).join("\n");
}

function exitCodes(): string[][] {
  const source = sourceOf("apps/cli/src/exit-codes.ts");
  return Object.entries(EXIT).map(([name, value]) => [String(value), docOf(source, name)]);
}
