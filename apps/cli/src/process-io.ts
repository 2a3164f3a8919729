import type { Io } from "./io.js";

/** The process's own streams. A reader that goes away (`| head`) is no failure: what follows is written nowhere. */
export function processIo(): Io {
  const broken = new Set<NodeJS.WriteStream>();
  const gather = gathering();
  const output = (stream: NodeJS.WriteStream): Io["stdout"] => {
    // Shared by all who wait: a hundred logs at once are not a hundred listeners.
    let draining: Promise<void> | undefined;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      broken.add(stream);
    });
    return {
      write: (text) => {
        if (broken.has(stream)) return;
        gather.hold(stream);
        stream.write(text);
      },
      drained: () => {
        if (broken.has(stream) || !stream.writableNeedDrain) return Promise.resolve();
        return (draining ??= whenDrained(stream).finally(() => (draining = undefined)));
      },
      get isTTY() {
        return stream.isTTY;
      },
      // Some terminals say 0 where they don't know.
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
    // Opened when it is asked for.
    get stdin() {
      return process.stdin;
    },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    signals: process,
    ...(process.stdin.isTTY &&
      process.stderr.isTTY && { confirm: (question: string) => ask(question, gather.release) }),
    exit: (code) => {
      gather.release();
      process.exit(code);
    },
  };
}

/** Asks on the terminal. Ctrl-C and Ctrl-D are no. */
async function ask(question: string, release: () => void): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  // The list that is asked about stands before the question.
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
 * Has what is written at the same time go out at once: each write by itself wakes up the reader of a pipe. One stream is
 * held at a time, so that what goes to the other comes after it.
 */
function gathering(): { hold: (stream: NodeJS.WriteStream) => void; release: () => void } {
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

/** Ends the process once all is written: connections that are kept alive must not hold it. */
export function exitWhenWritten(code: number): void {
  process.exitCode = code;
  const exit = (): void => process.exit(code);
  process.stdout.write("", () => process.stderr.write("", exit));
  // A stream that nobody reads any more calls nobody back.
  setTimeout(exit, 1_000).unref();
}
