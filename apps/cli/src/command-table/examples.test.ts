import { Command } from "commander";
import { expect, test } from "vitest";
import { addGlobalOptions } from "../options/global-options.js";
import { deployCommands } from "./deploy.js";
import { operateCommands } from "./operate.js";
import { prepareCommands } from "./prepare.js";

const definitions = [deployCommands, operateCommands, prepareCommands].flatMap(({ commands }) => commands);

test.each(definitions)("the examples of $name are valid command lines of it", (definition) => {
  const { name, arguments: accepted = [], options = [], examples } = definition;
  expect(Object.keys(examples).length).toBeGreaterThan(0);
  for (const example of Object.keys(examples)) {
    const [line = ""] = example.split(" > ");
    const program = new Command("ofdeploy").enablePositionalOptions();
    const command = program.command(name).action(() => {});
    for (const argument of accepted) command.addArgument(argument);
    for (const option of options) command.addOption(option);
    if (definition.passThrough) command.passThroughOptions();
    addGlobalOptions(command);
    addGlobalOptions(program);
    for (const each of [program, command]) each.exitOverride().configureOutput({ writeErr: () => {} });
    expect(() => program.parse(line.split(" "), { from: "user" }), example).not.toThrow();
    expect(program.args[0], example).toBe(name);
  }
});
