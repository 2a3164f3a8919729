import type { Io, Output } from "../io.js";
import { terminalText, withoutWorkflowCommands } from "./terminal-text.js";

/** The input and output of a command, whose texts can't control the terminal or the workflow in which it runs. */
export function safeIo(io: Io): Io {
  const { confirm, env } = io;
  const inWorkflow = env["GITHUB_ACTIONS"] === "true";
  const safe = (text: string): string =>
    inWorkflow ? withoutWorkflowCommands(terminalText(text)) : terminalText(text);
  return Object.create(io, {
    stdout: { value: safeOutput(io.stdout, safe) },
    stderr: { value: safeOutput(io.stderr, safe) },
    ...(confirm && { confirm: { value: (question: string) => confirm(terminalText(question)) } }),
  }) as Io;
}

/** The output, with getters such as `columns` that still read the stream. */
const safeOutput = (output: Output, safe: (text: string) => string): Output =>
  Object.create(output, {
    write: { value: (text: string) => output.write(safe(text)) },
    writeRaw: { value: (text: string) => output.write(text) },
    drained: { value: () => output.drained() },
  }) as Output;

/** Writes cursor movements of this program, or data for a file, as they are. Other parts of the text must be safe. */
export function writeRaw(output: Output, text: string): void {
  if (output.writeRaw === undefined) output.write(text);
  else output.writeRaw(text);
}
