import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../errors.js";
import type { Io } from "../io.js";
import type { SavedPlanFile } from "../schemas/saved-plan-schema.js";

/** Whether an argument of `up` can only be the path of a file: names of services contain neither `/` nor `.`. */
export const isPath = (name: string): boolean => /[\\/]|\.json$/i.test(name);

/** Whether a text begins as a saved plan, complete or not. */
export const hasPlanBeginning = (text: string): boolean => /^\s*\{\s*"kind"\s*:\s*"ofdeploy-plan"/.test(text);

/** More than the beginning of a saved plan. */
const BEGIN_BYTES = 200;

/** Whether a regular file begins as a saved plan. */
export async function beginsAsPlan(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(BEGIN_BYTES), length: BEGIN_BYTES });
      return hasPlanBeginning(buffer.toString("utf8", 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/**
 * The saved plan that the arguments of `up` name; undefined if they name apps. An argument is a saved plan if it is a path, or
 * if there is a file with that name and the content of a saved plan.
 * @throws UsageError for a plan among other arguments.
 * @throws DeploymentError `INVALID_FILE`.
 */
export async function findSavedPlan(
  names: readonly string[],
  { cwd }: Pick<Io, "cwd">,
): Promise<SavedPlanFile | undefined> {
  const isPlan = await Promise.all(names.map(async (name) => isPath(name) || beginsAsPlan(resolve(cwd, name))));
  const plan = names[isPlan.indexOf(true)];
  if (plan === undefined) return undefined;
  if (names.length > 1)
    throw new UsageError(`The saved plan ${plan} can't be combined with other names.`, `Run \`ofdeploy up ${plan}\`.`);
  // Loaded on demand, because most runs have no saved plan.
  return (await import("./saved-plan-file.js")).readSavedPlan(plan, cwd);
}
