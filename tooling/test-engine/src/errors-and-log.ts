/** Why an engine, an image or a registry for tests is not available: one sentence, and what to do. */
export class TestEngineError extends Error {
  override readonly name = "TestEngineError";
}

/** Prints one line of progress. */
export type Log = (line: string) => void;

/** Progress on the error stream, so that a command's own output stays clean. */
export const logToStderr: Log = (line) => void process.stderr.write(`${line}\n`);
