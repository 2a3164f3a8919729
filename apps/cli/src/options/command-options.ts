import { type Command, Option } from "commander";
import { collect, parseCount, parseDuration, single } from "./parse-values.js";

/** Options that several commands take. */

export const waitOptions = (command: Command, what: string): Command =>
  command
    .addOption(new Option("--wait", `wait until ${what} (default)`))
    .addOption(new Option("--no-wait", "don't wait, but for apps that others depend on"))
    .addOption(
      single(
        new Option("--timeout <duration>", "how long each app may take until it is ready (default: 2m)"),
        parseDuration,
      ),
    );

export const concurrencyOption = (what: string, standard: number): Option =>
  single(new Option("--concurrency <n>", `how many ${what} at the same time (default: ${standard})`), parseCount);

export const forceUnlockOption = (): Option =>
  new Option("--force-unlock", "take the project's lock, whoever holds it");

export const strictOption = (): Option =>
  new Option("--strict", "refuse what the platform does not honour, instead of warning");

export const pruneOption = (): Option =>
  new Option("--prune", "remove what the project runs and the file no longer names");

export const takeOwnershipOption = (): Option =>
  new Option(
    "--take-ownership",
    "take over the apps that another file of this project owns, as after a file was renamed or moved",
  );

export const adoptOption = (): Option =>
  new Option("--adopt <app>", "take over a service that somebody else made, repeatable").argParser(collect);
