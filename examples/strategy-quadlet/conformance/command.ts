import { execFile } from "node:child_process";

const LIMIT = 64 * 1024 ** 2;

/** Runs a command of this machine. @returns its standard output. @throws Error if it fails. */
export const command = (words: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program = "", ...args] = words;
    execFile(program, args, { maxBuffer: LIMIT }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${words.slice(0, 3).join(" ")} failed: ${stderr}`, { cause: error }));
    });
  });

/** As {@link command}, with undefined for a command that fails. */
export const tryCommand = (words: readonly string[]): Promise<string | undefined> =>
  command(words).catch(() => undefined);
