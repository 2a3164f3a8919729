import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";

/** What a first Ctrl-C or SIGTERM ends; a second one quits at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit code of a run that was ended by a signal; undefined: none came. */
  exitCode(): ExitCode | undefined;
  stop(): void;
}

/**
 * @param consequence what the first signal leads to, for people: `what this run made is removed again`.
 * @param note says it. Default: on stderr.
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
      io.stderr.write("\nQuit at once; what was under way may be left behind.\n");
      io.exit(code);
      return;
    }
    received = code;
    if (consequence !== undefined) {
      note(`\nInterrupted: ${consequence}. Once more to quit at once.\n`);
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
