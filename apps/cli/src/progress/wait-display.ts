import { observeWaits, type Wait } from "@openfactory/deploy-core";
import type { Io, Output } from "../io.js";
import { type GlobalOptions, showsProgress } from "../options/context.js";
import { writeRaw } from "../output/safe-output.js";
import type { Progress } from "./describe-event.js";
import { type ShownWait, WaitLog } from "./wait-log.js";

/** A wait that has lasted for this long is shown, in milliseconds. */
const SHOW_AFTER_MS = 3_000;
/** How often the display looks for another wait to show, at most. */
const CHECK_EVERY_MS = 500;

/**
 * Shows what a command waits for, from its start to its end: in the progress of its apps while there is one, else by itself.
 * With `--quiet`, it shows nothing.
 * @param asLines write lines on stderr, for a command whose stdout or terminal belongs to something else.
 * @returns `io` for the command: its texts replace what the display has drawn. `stop` must be called after the command.
 */
export function showWaits(given: GlobalOptions, io: Io, asLines = false): { io: Io; stop: () => void } {
  const options = asLines ? { ...given, json: false, verbose: true } : given;
  const isHidden = io.waitAfterMs === Infinity || (!options.json && !showsProgress(options));
  if (isHidden) return { io, stop: () => {} };
  const display = new WaitDisplay(options, io);
  const { confirm } = io;
  return {
    // Not a copy: reading io.stdin opens it.
    io: Object.create(io, {
      stdout: { value: display.beneath(io.stdout) },
      stderr: { value: display.beneath(io.stderr) },
      waits: { value: display },
      ...(confirm && { confirm: { value: (question: string) => display.during(() => confirm(question)) } }),
    }) as Io,
    stop: () => display.stop(),
  };
}

class WaitDisplay {
  readonly #options: GlobalOptions;
  readonly #io: Io;
  readonly #showAfterMs: number;
  readonly #log = new WaitLog();
  readonly #stopObserving: () => void;
  #timer: NodeJS.Timeout | undefined;
  #shown: ShownWait | undefined;
  /** The progress of the command's apps. */
  #progress: Progress | undefined;
  /** The display's own, while it shows a wait and there is no other. */
  #own: Progress | undefined;
  #isPaused = false;

  constructor(options: GlobalOptions, io: Io) {
    this.#options = options;
    this.#io = io;
    this.#showAfterMs = io.waitAfterMs ?? SHOW_AFTER_MS;
    this.#stopObserving = observeWaits((wait, isOver) => this.#note(wait, isOver));
  }

  /** Shows waits in `progress` from now on; without it, by itself. */
  showIn(progress: Progress | undefined): void {
    this.#hide();
    this.#progress = progress;
  }

  /** Shows nothing during `work`. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#hide();
    this.#isPaused = true;
    try {
      return await work();
    } finally {
      this.#isPaused = false;
    }
  }

  /** An output whose texts replace what the display has drawn by itself. */
  beneath(output: Output): Output {
    return Object.create(output, {
      write: { value: (text: string) => (this.#erase(), output.write(text)) },
      writeRaw: { value: (text: string) => (this.#erase(), writeRaw(output, text)) },
      drained: { value: () => output.drained() },
    }) as Output;
  }

  stop(): void {
    this.#stopObserving();
    clearTimeout(this.#timer);
    this.#hide();
  }

  #note(wait: Wait, isOver: boolean): void {
    this.#log.note(wait, isOver);
    // Another one is shown at the next check, so that calls that end one after another don't flood a log.
    if (this.#shown?.wait === wait) this.#hide();
    else if (!isOver) this.#schedule(this.#showAfterMs);
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#show().finally(() => {
        if (!this.#log.isEmpty) this.#schedule(Math.min(CHECK_EVERY_MS, this.#showAfterMs));
      });
    }, ms).unref();
  }

  async #show(): Promise<void> {
    if (this.#isPaused) return;
    const found = this.#log.find(this.#showAfterMs, this.#progress?.isBusy() ?? false);
    if (found === undefined) return this.#hide();
    this.#shown = found;
    if (this.#progress === undefined && this.#own === undefined) {
      const { chooseProgress } = await import("./progress.js");
      // The wait may have ended meanwhile, or the command.
      if (this.#shown !== found || this.#progress !== undefined) return;
      this.#own ??= chooseProgress(this.#options, this.#io);
    }
    (this.#progress ?? this.#own)?.wait(found);
  }

  #hide(): void {
    this.#shown = undefined;
    this.#progress?.wait(undefined);
    this.#hideOwn();
  }

  #erase(): void {
    if (this.#own?.isRedrawn) this.#hideOwn();
  }

  #hideOwn(): void {
    this.#own?.wait(undefined);
    this.#own?.stop();
    this.#own = undefined;
  }
}
