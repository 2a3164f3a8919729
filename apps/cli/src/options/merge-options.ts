import type { Command } from "commander";
import { givenTwice } from "./parse-values.js";

/**
 * The options of a command, with those that stand before its name. Lists and `key=value` pairs add up.
 * @throws UsageError for an option of one value that stands before the name and after it.
 */
export function mergeOptions<Options extends object>(command: Command): Options {
  const { parent } = command;
  const own = command.opts<Record<string, unknown>>();
  const merged: Record<string, unknown> = { ...parent?.opts() };
  for (const [name, value] of Object.entries(own)) {
    const before = merged[name];
    if (before === undefined || value === undefined) merged[name] = value ?? before;
    else if (Array.isArray(before) && Array.isArray(value)) merged[name] = [...before, ...value];
    else if (typeof before === "object" && before !== null && typeof value === "object")
      merged[name] = { ...before, ...value };
    else if (typeof value !== "boolean")
      throw givenTwice({ long: command.options.find((option) => option.attributeName() === name)?.long });
  }
  return merged as Options;
}
