import type { EventEmitter } from "node:events";
import { realpathSync } from "node:fs";

/** A stream that receives text. `isTTY`, `columns` and `rows` are those of `process.stdout`. */
export interface Output {
  write(text: string): void;
  /** Writes text without the protection of `safeIo()`. Default: `write`. */
  writeRaw?(text: string): void;
  /** Resolves when the stream accepts more text. */
  drained(): Promise<void>;
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** True once the reader has closed the stream. */
  readonly closed?: boolean;
}

export interface ProcessStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Receives the times of a command. Its types are general, because those of the deployer are not part of this package. */
interface TimeRecorder {
  observe(event: object): void;
  /** Begins a part of the command. */
  mark(part: string): void;
  /** Runs `work` as a part of the command. */
  during<Result>(part: string, work: () => Promise<Result>): Promise<Result>;
}

/** Shows what a command waits for. */
interface WaitDisplay {
  /** Shows waits in the progress of apps, until it is called without one. */
  showIn(progress: WaitProgress | undefined): void;
}

/** The progress of apps. Its types are general, as those of {@link TimeRecorder}. */
interface WaitProgress {
  wait(shown: object | undefined): void;
  isBusy(): boolean;
}

/** The process as a command sees it. */
export interface Io {
  /** The input of `-f -`. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** The streams of the process, for commands that pass bytes through or use its terminal. Undefined in tests. */
  readonly streams?: ProcessStreams;
  /** Results. */
  readonly stdout: Output;
  /** Progress, warnings and errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Limits the memory of the process from now on. Default: does nothing, in tests and in other programs. */
  readonly limitMemory?: () => Promise<void>;
  /** The working directory of the process. */
  readonly cwd: string;
  /** The folder whose `node_modules` contains the command. Undefined in a checkout and in an executable. */
  readonly installation?: string | undefined;
  /** The policy file of the machine. It may be missing. Default: none. */
  readonly machinePolicy?: string;
  /** Emits `SIGINT` and `SIGTERM`. */
  readonly signals: Pick<EventEmitter, "on" | "off">;
  /** Asks a question on the terminal; resolves with true only for yes. Undefined without a terminal. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Colors, whether on a terminal or not. Default: on terminals, and not with `NO_COLOR`. */
  readonly color?: boolean;
  /** Print the causes of errors. Default: with `OFDEPLOY_DEBUG=1`. */
  readonly debug?: boolean;
  /** For how long the process has run, in seconds. Default: 0. */
  readonly uptime?: () => number;
  /** A wait for an engine or something else that has lasted for this long is shown, in milliseconds. Infinity: never. Default: 3 seconds. */
  readonly waitAfterMs?: number;
  /** Shows what the command waits for. Undefined with `--quiet`. */
  readonly waits?: WaitDisplay;
  /** Receives the times of the command, for `--timings` and `--trace`. */
  readonly recorder?: TimeRecorder;
  /** The times of the command so far. Only with `--timings`. */
  readonly timings?: () => object;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The streams of this process. If a reader closes its end (`| head`), further text is dropped without an error. */
export function processIo(): Io {
  const broken = new Set<NodeJS.WriteStream>();
  const buffer = bufferWrites();
  const output = (stream: NodeJS.WriteStream): Io["stdout"] => {
    // Shared, so that a hundred concurrent logs don't add a hundred listeners.
    let draining: Promise<void> | undefined;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      broken.add(stream);
    });
    return {
      write: (text) => {
        if (broken.has(stream)) return;
        buffer.hold(stream);
        stream.write(text);
      },
      drained: () => {
        if (broken.has(stream) || !stream.writableNeedDrain) return Promise.resolve();
        return (draining ??= whenDrained(stream).finally(() => (draining = undefined)));
      },
      get isTTY() {
        return stream.isTTY;
      },
      // Some terminals report 0 columns.
      get columns() {
        return stream.columns || undefined;
      },
      get rows() {
        return stream.rows || undefined;
      },
      get closed() {
        return broken.has(stream);
      },
    };
  };
  return {
    // A getter, because reading process.stdin opens it.
    get stdin() {
      return process.stdin;
    },
    get streams() {
      return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
    },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    limitMemory: async () => (await import("./limit-heap.js")).limitHeap(),
    cwd: process.cwd(),
    installation: findInstallation(process.argv[1]),
    machinePolicy: "/etc/ofdeploy/policy.yaml",
    signals: process,
    uptime: process.uptime,
    ...(process.stdin.isTTY &&
      process.stderr.isTTY && { confirm: (question: string) => ask(question, buffer.release) }),
    exit: (code) => {
      buffer.release();
      process.exit(code);
    },
  };
}

/**
 * Finds the installation of the command.
 * @param script the path of the started script. npm links it into a folder of commands; pnpm links the package's folder.
 */
export function findInstallation(script: string | undefined): string | undefined {
  if (script === undefined) return undefined;
  const folder = (path: string): string | undefined => /^(.*)[\\/]node_modules[\\/]ofdeploy[\\/]/.exec(path)?.[1];
  try {
    return folder(script) ?? folder(realpathSync(script));
  } catch {
    return undefined;
  }
}

/** Ctrl-C and Ctrl-D count as no. */
async function ask(question: string, release: () => void): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  // Text written before must appear above the question.
  release();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = terminal.question(`${question} [y/N] `);
    const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    return /^y(es)?$/i.test((await Promise.race([answer, closed])).trim());
  } finally {
    terminal.close();
  }
}

/**
 * Joins writes of the same turn of the event loop into one, because the reader of a pipe handles each write separately.
 * Holds one stream at a time, so that text on stdout and stderr keeps its order.
 */
function bufferWrites(): { hold: (stream: NodeJS.WriteStream) => void; release: () => void } {
  let held: NodeJS.WriteStream | undefined;
  const release = (): void => {
    held?.uncork();
    held = undefined;
  };
  return {
    hold(stream) {
      if (held === stream) return;
      release();
      stream.cork();
      held = stream;
      setImmediate(release);
    },
    release,
  };
}

const whenDrained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    const events = ["drain", "close", "error"];
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });

/** Ends the process once all text is written. Idle connections to the engine would keep it running. */
export function exitWhenWritten(code: number): void {
  process.exitCode = code;
  const exit = (): void => process.exit(code);
  process.stdout.write("", () => process.stderr.write("", exit));
  // A stream without a reader may never call back.
  setTimeout(exit, 1_000).unref();
}
