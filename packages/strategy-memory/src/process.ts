import type { Healthcheck } from "@openfactory/deploy-core";

/** A line that a simulated process writes. */
export interface WrittenLine {
  stream: "stdout" | "stderr";
  line: string;
}

/** The behavior of a simulated process. By default it writes nothing and keeps running. */
export interface SimulatedProcess {
  /** Lines that it writes as it starts. */
  lines?: readonly WrittenLine[];
  /** A line that it writes every 20 ms. */
  repeats?: string;
  /** It exits as it starts, with this code. */
  exitCode?: number;
  /** Its health status, whatever its health check is. */
  health?: "starting" | "healthy" | "unhealthy";
  /** It can't be started. */
  absent?: boolean;
}

/** `err:text` is a line to stderr, any other to stdout; `out:` in front is left out. */
const written = (word: string): WrittenLine => ({
  stream: word.startsWith("err:") ? "stderr" : "stdout",
  line: word.replace(/^(?:out|err):/, ""),
});

/** The programs of every simulated image, by name, with their arguments. Any other program keeps running. */
const programs: Record<string, (words: readonly string[], networks: number) => SimulatedProcess> = {
  exit: ([code]) => ({ exitCode: Number(code) }),
  print: (words) => ({ lines: words.map(written) }),
  "print-and-exit": ([code, ...words]) => ({ lines: words.map(written), exitCode: Number(code) }),
  repeat: ([line]) => ({ repeats: line ?? "" }),
  "count-networks": (_, networks) => ({ lines: [{ stream: "stdout", line: `networks ${networks}` }] }),
  entrypoint: (words) => ({ lines: [{ stream: "stdout", line: ["entrypoint", ...words].join(" ") }] }),
  absent: () => ({ absent: true }),
  sh: ([, ...script]) => {
    const code = /\bexit (\d+)$/.exec(script.join(" "))?.[1];
    return code === undefined ? {} : { exitCode: Number(code) };
  },
};

/** The behavior of a process with this command line, in a container on so many networks. */
export const simulate = ([program = "", ...words]: readonly string[], networks: number): SimulatedProcess =>
  Object.hasOwn(programs, program) ? (programs[program]?.(words, networks) ?? {}) : {};

const MILLISECOND = 1_000_000;
/** Docker's default. */
const DEFAULT_INTERVAL = 30_000 * MILLISECOND;
const DEFAULT_RETRIES = 3;

/** A simulated check: `exit <code>` passes with 0, `after <ms>` passes once the process has run so long, any other passes. */
const passes = ([kind, ...rest]: readonly string[], ranMs: number): boolean => {
  const [program, word] = kind === "CMD-SHELL" ? (rest[0] ?? "").split(" ") : rest;
  if (program === "exit") return Number(word) === 0;
  if (program === "after") return ranMs >= Number(word);
  return true;
};

/**
 * The result of a health check. The first check runs as the process starts, the others at its interval. Once a check
 * passes, later ones do.
 * @param ranMs how long the process has run, in milliseconds.
 */
export function healthAfter(
  check: Healthcheck | undefined,
  ranMs: number,
): "starting" | "healthy" | "unhealthy" | undefined {
  if (check === undefined || check.Test[0] === "NONE") return undefined;
  const intervalMs = (check.Interval || DEFAULT_INTERVAL) / MILLISECOND;
  const checks = Math.floor(ranMs / intervalMs);
  if (passes(check.Test, checks * intervalMs)) return "healthy";
  const lenient = Math.ceil((check.StartPeriod ?? 0) / MILLISECOND / intervalMs);
  return checks + 1 - lenient >= (check.Retries || DEFAULT_RETRIES) ? "unhealthy" : "starting";
}
