import { scryptSync } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../errors.js";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/context.js";
import { platformOf } from "../platforms.js";
import type { SavedPlanFile } from "../schemas/saved-plan-schema.js";

/** The options of a plan that decide what it contains. */
export interface PlanningOptions extends Pick<
  GlobalOptions,
  "file" | "envFile" | "profile" | "project" | "platform" | "option"
> {
  apps?: string[];
  deps?: boolean;
  prune?: boolean;
  adopt?: string[];
  takeOwnership?: boolean;
  strict?: boolean;
  /** Of `up`. A plan is never saved with it. */
  pull?: string;
}

/** @throws UsageError for input that `up` could not read again, and for values of env. */
export function checkSavable({ file = [], showEnv }: PlanningOptions & { showEnv?: boolean }): void {
  if (showEnv)
    throw new UsageError(
      "--show-env can't be combined with --out: a saved plan contains no values.",
      "Remove --show-env.",
    );
  if (!file.includes("-")) return;
  throw new UsageError(
    "A plan of standard input can't be saved: `ofdeploy up` reads the files again.",
    "Write the input to a file, and pass it with -f <path>.",
  );
}

/** The part of the command line that `up` repeats. Values of platform options can be secret, so only their hash is saved. */
export async function savedCommand(options: PlanningOptions, io: Io, salt: string): Promise<SavedPlanFile["command"]> {
  const { file = [], envFile = [], profile = [], project, apps = [], deps, option = {} } = options;
  const names = Object.keys(option).sort();
  return {
    platform: await platformOf(options, io),
    ...(file.length > 0 && { file }),
    ...(envFile.length > 0 && { envFile }),
    ...(profile.length > 0 && { profile }),
    ...(project !== undefined && { project }),
    ...(apps.length > 0 && { apps }),
    ...(apps.length > 0 && deps === false && { deps }),
    ...(names.length > 0 && { option: { names, hash: hashOptions(option, salt) } }),
  };
}

const hashOptions = (option: Readonly<Record<string, string>>, salt: string): string =>
  scryptSync(JSON.stringify(Object.entries(option).sort()), salt, 24, { N: 16_384, r: 8, p: 1 }).toString("hex");

/** How the options are written on the command line. */
const FLAGS = {
  file: "--file",
  envFile: "--env-file",
  profile: "--profile",
  project: "--project",
  platform: "--platform",
  prune: "--prune",
  adopt: "--adopt",
  takeOwnership: "--take-ownership",
  strict: "--strict",
  pull: "--pull",
} as const;

/**
 * The options of `up` with those of a saved plan.
 * @throws UsageError for an option that contradicts the plan, and for options of the platform that the plan does not contain.
 */
export function withSavedOptions<Options extends PlanningOptions & { refresh?: boolean }>(
  options: Options,
  { command, options: { prune, adopt, takeOwnership, strict }, basis: { salt } }: SavedPlanFile,
): Options {
  const { option: savedOption, ...rest } = command;
  const saved: PlanningOptions = { ...rest, prune, adopt, takeOwnership, strict } as PlanningOptions;
  for (const [name, flag] of Object.entries(FLAGS) as [keyof typeof FLAGS, string][]) {
    if (options[name] === undefined || isDeepStrictEqual(options[name], saved[name])) continue;
    throw new UsageError(
      `${flag} can't be combined with a saved plan that was made without it, or with another value.`,
      `Remove ${flag}, or make a new plan with it.`,
    );
  }
  const { option = {} } = options;
  if (savedOption === undefined ? Object.keys(option).length > 0 : savedOption.hash !== hashOptions(option, salt)) {
    const names = savedOption?.names ?? [];
    throw new UsageError(
      names.length === 0
        ? "The saved plan was made without --option."
        : `The saved plan was made with options of the platform (${names.join(", ")}), whose values it does not contain.`,
      names.length === 0 ? "Remove --option, or make a new plan with it." : "Pass the same --option <key=value>.",
    );
  }
  return { ...options, ...saved, apps: command.apps, deps: command.deps };
}
