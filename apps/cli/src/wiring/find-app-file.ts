import { existsSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Io } from "../io.js";

/** The names under which the app file is looked for, in this order. */
export const FILE_NAMES = ["openfactory.yml", "openfactory.yaml", "apps.yml", "apps.yaml"] as const;

/** The file that was named, or the first of {@link FILE_NAMES} that is here. @throws DeploymentError `INVALID_FILE`. */
export function findAppFile(named: string | undefined, { cwd }: Io): string {
  if (named !== undefined) return named;
  const found = FILE_NAMES.find((name) => existsSync(join(cwd, name)));
  if (found !== undefined) return found;
  throw new DeploymentError("INVALID_FILE", `There is no ${FILE_NAMES.slice(0, -1).join(", ")} or ${FILE_NAMES.at(-1)} here.`, {
    hint: "Go to its folder, or name it: --file <path>.",
  });
}
