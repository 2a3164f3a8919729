import { reportError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import type { CommandContext } from "../options/context.js";
import { writeOutputFile } from "../output/write-file.js";
import { recordCalls } from "./calls.js";
import { TimingRecorder } from "./recorder.js";
import { timingsOf } from "./timings.js";
import { timingsText } from "./timings-text.js";
import { traceText } from "./trace.js";

/**
 * Records a command for `--timings` and `--trace`.
 * @returns `io` for the command, and `finish`, which prints the table and writes the trace after the command's own output.
 * @throws UsageError if the file of the trace can't be written: before the command changes anything.
 */
export async function startRecording(
  { io, options }: CommandContext,
  command: string,
): Promise<{ io: Io; finish: (code: ExitCode) => Promise<ExitCode> }> {
  const recorder = new TimingRecorder(performance.now() - (io.uptime?.() ?? 0) * 1000);
  const writeTrace = async (): Promise<void> => {
    if (options.trace !== undefined)
      await writeOutputFile(options.trace, traceText(recorder, command), io.cwd, { option: "--trace" });
  };
  await writeTrace();
  const stop = recordCalls(recorder);
  recorder.mark("run");
  return {
    // Not a copy: reading io.stdin opens it.
    io: Object.assign(Object.create(io) as Io, {
      recorder,
      ...(options.timings && { timings: () => timingsOf(recorder) }),
    }),
    finish: async (code) => {
      stop();
      if (options.timings && !options.json) io.stderr.write(timingsText(timingsOf(recorder), io.stderr));
      try {
        await writeTrace();
        return code;
      } catch (error) {
        // The result has been printed already.
        await reportError(error, { json: false, quiet: options.quiet ?? false }, io);
        return code === EXIT.ok ? EXIT.failed : code;
      }
    },
  };
}
