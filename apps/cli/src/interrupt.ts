import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";

/** Aborts `signal` at the first Ctrl-C or SIGTERM. A second one ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit code for the signal that was received; undefined if none was. */
  exitCode(): ExitCode | undefined;
  stop(): void;
}

/**
 * @param consequence the effect of the first signal, as printed: `reverting the changes of this run`.
 * @param note prints it. Default: on stderr.
 */
export function listenForInterrupt(
  io: Io,
  consequence?: string,
  note = (text: string): void => io.stderr.write(text),
): Interrupt {
  const controller = new AbortController();
  let received: ExitCode | undefined;
  const listener = (name: string, code: ExitCode) => (): void => {
    if (received !== undefined) {
      io.stderr.write("\nForced quit; resources may be left behind.\n");
      io.exit(code);
      return;
    }
    received = code;
    if (consequence !== undefined) {
      note(`\nInterrupted: ${consequence}. Press Ctrl-C again to force quit.\n`);
    }
    controller.abort(new Error(name));
  };
  const onInterrupt = listener("SIGINT", EXIT.interrupted);
  const onTerminate = listener("SIGTERM", EXIT.terminated);
  io.signals.on("SIGINT", onInterrupt);
  io.signals.on("SIGTERM", onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => received,
    stop: () => {
      io.signals.off("SIGINT", onInterrupt);
      io.signals.off("SIGTERM", onTerminate);
    },
  };
}
