import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Io } from "../io.js";

/** The names under which the app file is looked for, in this order. */
const FILE_NAMES = ["openfactory.yml", "openfactory.yaml", "apps.yml", "apps.yaml"] as const;

/** The files and directories that were named, or the first of {@link FILE_NAMES} in the working directory. */
export function findAppFiles(named: readonly string[] | undefined, { cwd }: Io): string[] | undefined {
  if (named !== undefined && named.length > 0) return [...named];
  const found = FILE_NAMES.find((name) => existsSync(join(cwd, name)));
  return found === undefined ? undefined : [found];
}

/** There is no app file in the working directory, and none was named. */
export function noAppFile({ cwd }: Io): DeploymentError {
  const names = `${FILE_NAMES.slice(0, -1).join(", ")} or ${FILE_NAMES.at(-1)}`;
  const others = readdirSync(cwd)
    .filter((name) => /^(?:app|dev)_.+\.ya?ml$/.test(name))
    .sort();
  return new DeploymentError("INVALID_FILE", `There is no ${names} in this directory.`, {
    hint:
      others.length === 0
        ? "Change to the directory of the file, or name the file: -f <path>."
        : `There is ${others.slice(0, 3).join(", ")}${others.length > 3 ? ", ..." : ""}: pass -f . to deploy all app_* and dev_* files, or name one: -f ${others[0]}.`,
  });
}
