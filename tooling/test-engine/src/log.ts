/** Takes one line of progress. */
export type Log = (line: string) => void;

/** Progress on the error stream, so that a command's own output stays clean. */
export const logToStderr: Log = (line) => void process.stderr.write(`${line}\n`);
