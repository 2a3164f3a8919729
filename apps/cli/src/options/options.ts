import { Argument, Option } from "commander";
import { UsageError } from "../errors.js";
import { ANOTHER_FILE } from "./other-tools.js";
import { collect, parseCount, parseDuration, single } from "./parse-values.js";

// Options of several commands.

/** @param condition what `--wait` waits for. */
export const waitOptions = (condition: string): Option[] => [
  new Option("--wait", `Wait until ${condition}`).hideHelp(),
  new Option("-d, --no-wait", `Don't wait until ${condition}`),
  new Option("--detach").implies({ wait: false }).hideHelp(),
  single(new Option("--timeout <duration>", "Time limit for each app to get ready (default: 2m)"), parseDuration),
];

/** Names of apps. A name that ends like a file's is refused before any file is read. */
export const appNames = (description: string): Argument =>
  new Argument("[apps...]", description).argParser((name: string, before: readonly string[] = []) => {
    if (/\.ya?ml$/.test(name)) throw new UsageError(`${name} is a file, not an app.`, ANOTHER_FILE);
    return [...before, name];
  });

export const noDepsOption = (): Option =>
  new Option("--no-deps", "With names: leave out what the named apps depend on");

export const concurrencyOption = (subject: string, standard: number | string): Option =>
  single(new Option("--concurrency <n>", `Number of ${subject} at a time (default: ${standard})`), parseCount);

export const forceUnlockOption = (): Option =>
  new Option("--force-unlock", "Take the project's lock even if another run holds it");

export const strictOption = (): Option => new Option("--strict", "Fail on fields that the platform doesn't support");

export const pruneOptions = (): Option[] => [
  new Option("--prune", "Remove services and resources no longer in the files"),
  new Option("--remove-orphans").implies({ prune: true }).hideHelp(),
];

/** Options of another tool that ask for what the command does anyway. */
export const withoutEffect = (...flags: readonly string[]): Option[] =>
  flags.map((each) => new Option(each).hideHelp());

export const takeOwnershipOption = (): Option =>
  new Option("--take-ownership", "Take over apps from another file of the project");

export const adoptOption = (): Option =>
  new Option("--adopt <app>", "Adopt an existing service; repeatable").argParser(collect);
