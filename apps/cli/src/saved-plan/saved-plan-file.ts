import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DeploymentError, type SourceLocation } from "@openfactory/deploy-core";
import { UsageError } from "../errors.js";
import { writeOutputFile } from "../output/write-file.js";
import { SAVED_PLAN_FORMAT, type SavedPlanFile, savedPlanSchema } from "../schemas/saved-plan-schema.js";
import { beginsAsPlan, hasPlanBeginning } from "./find-saved-plan.js";
import { offsetOfPath, syntaxErrorOffset } from "./json-text.js";

/** A plan with thousands of changed apps has a few MiB. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Checks a path of `--out` before the plan is made: other files are not overwritten.
 * @throws UsageError
 */
export async function checkPlanPath(path: string, cwd: string): Promise<void> {
  if (path === "-") throw new UsageError("A saved plan is a file.", "Pass --out <file>, or --json to print the plan.");
  const found = await stat(resolve(cwd, path)).catch(() => undefined);
  if (found === undefined || (await beginsAsPlan(resolve(cwd, path)))) return;
  throw new UsageError(
    `${path} exists and is not a saved plan.`,
    "Pass the path of a new file, such as --out plan.json.",
  );
}

/** Writes a saved plan, for its owner only. @throws UsageError if the file can't be written. */
export async function writeSavedPlan(path: string, plan: SavedPlanFile, cwd: string): Promise<void> {
  await checkPlanPath(path, cwd);
  await writeOutputFile(path, `${JSON.stringify(plan, null, 2)}\n`, cwd, { option: "--out", mode: 0o600 });
}

/**
 * Reads a saved plan.
 * @throws DeploymentError `INVALID_FILE`, with the position of the problem. It contains no text of the file.
 */
export async function readSavedPlan(path: string, cwd: string): Promise<SavedPlanFile> {
  const text = await readText(path, cwd);
  const fail = (offset: number, message: string, hint = NEW_PLAN): DeploymentError =>
    invalid(path, message, hint, locationAt(path, text, offset));
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    const offset = syntaxErrorOffset(text);
    throw offset >= text.length
      ? fail(text.length, "the file is cut off")
      : fail(
          offset,
          hasPlanBeginning(text) ? "the file is damaged: it is not JSON from here on" : "it is not a saved plan",
        );
  }
  const { kind, format, version } = (typeof data === "object" && data !== null ? data : {}) as Partial<SavedPlanFile>;
  if (kind !== "ofdeploy-plan") throw fail(0, "it is not a saved plan");
  if (format !== SAVED_PLAN_FORMAT) {
    const release = typeof version === "string" && /^[\w.+-]{1,40}$/.test(version) ? ` (${version})` : "";
    throw fail(offsetOfPath(text, ["format"]), `another release of ofdeploy${release} saved it in another format`);
  }
  const { data: plan, error } = savedPlanSchema.safeParse(data);
  if (plan !== undefined) return plan as SavedPlanFile;
  const [issue] = error.issues;
  const where = issue?.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? []);
  throw fail(offsetOfPath(text, where), `the file is damaged: ${where.map(String).join(".")} is not valid`);
}

const NEW_PLAN = "Make a new plan with `ofdeploy plan --out <file>`.";

const invalid = (path: string, message: string, hint: string, location: SourceLocation): DeploymentError =>
  new DeploymentError("INVALID_FILE", `The plan ${path} can't be read: ${message}. Nothing was changed.`, {
    location,
    hint,
  });

function locationAt(file: string, text: string, offset: number): SourceLocation {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { file, line: before.split("\n").length, column: offset - start + 1 };
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  ENOTDIR: "its directory is a file",
};

async function readText(path: string, cwd: string): Promise<string> {
  const start = { file: path, line: 1, column: 1 };
  try {
    const full = resolve(cwd, path);
    const found = await stat(full);
    if (!found.isFile()) throw invalid(path, "it is not a regular file", NEW_PLAN, start);
    if (found.size > MAX_BYTES) throw invalid(path, `it is larger than ${MAX_BYTES / 1024 ** 2} MiB`, NEW_PLAN, start);
    const file = await open(full);
    try {
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (DeploymentError.isInstance(error)) throw error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw invalid(path, READ_ERRORS[code] ?? message, NEW_PLAN, start);
  }
}
