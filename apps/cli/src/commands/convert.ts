import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProjectFormat } from "@openfactory/app-file";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { writeJson } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { prepareLoad } from "../project.js";

export interface ConvertCommandOptions {
  to?: ProjectFormat;
  output?: string;
  strict?: boolean;
}

/**
 * Prints the files in the other format, or writes them to a new file, and lists on stderr what the new file lacks.
 * @throws DeploymentError `INVALID_FILE`; `UNSUPPORTED` with `--strict`, if the new file would lack something.
 */
export async function convertCommand({ io, options }: CommandContext<ConvertCommandOptions>): Promise<ExitCode> {
  const { to, output, strict = false } = options;
  const { sources, notes, loadOptions } = await prepareLoad(options, io);
  const { convertProject } = await import("@openfactory/app-file");
  const converted = await convertProject(sources, { ...loadOptions, to, output });
  const { checkNotes } = await import("@openfactory/deployer");
  printWarnings(checkNotes([...notes, ...converted.notes], { strict }), [], options, io);
  if (output !== undefined) await writeNew(resolve(io.cwd, output), output, converted.text);
  else if (!options.json) io.stdout.write(converted.text);
  if (options.json) {
    const { format, text } = converted;
    const file = output === undefined ? { text } : { file: output };
    writeJson(io.stdout, "result", { command: "convert", ok: true, exitCode: EXIT.ok, format, ...file });
  }
  return EXIT.ok;
}

/** @throws UsageError if the file exists. */
async function writeNew(path: string, shown: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new UsageError(`The file ${shown} already exists.`, "Remove it, or pass another path: -o <path>.");
    }
    throw new UsageError(`The file ${shown} can't be written: ${(error as Error).message}.`, "Check the path.");
  }
}
