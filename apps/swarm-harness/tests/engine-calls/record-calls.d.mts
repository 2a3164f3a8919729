/**
 * Runs the command in this process, and records its calls to engines.
 * @param args of the command
 * @param file receives the calls; default: that of ENGINE_CALLS_FILE; empty for none
 * @throws Error for a call that is not in the table of the command's calls
 */
export function recordCalls<Result>(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  work: () => Promise<Result>,
  file?: string,
): Promise<Result>;
