import type { ProjectFormat } from "@openfactory/app-file";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { writeResult } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { writeNewFile } from "../output/write-file.js";
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
  if (output !== undefined) await writeNewFile(output, converted.text, io.cwd, { option: "-o", exists: alreadyExists });
  else if (!options.json) io.stdout.write(converted.text);
  if (options.json) {
    const { format, text } = converted;
    const file = output === undefined ? { text } : { file: output };
    writeResult(io, { command: "convert", ok: true, exitCode: EXIT.ok, format, ...file });
  }
  return EXIT.ok;
}

const alreadyExists = (file: string): UsageError =>
  new UsageError(`The file ${file} already exists.`, "Remove it, or pass another path: -o <path>.");
