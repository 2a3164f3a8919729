/** A line that a simulated process writes. */
export interface WrittenLine {
  stream: "stdout" | "stderr";
  line: string;
}

/** What a simulated process does. Everything left out is what a well-behaved service does: it writes nothing and runs on. */
export interface SimulatedProcess {
  /** Lines that it writes as it starts. */
  lines?: readonly WrittenLine[];
  /** A line that it writes again every 20 ms. */
  repeats?: string;
  /** It ends as it starts, with this code. */
  exitCode?: number;
  /** What its health check finds, whatever the check is. */
  health?: "starting" | "healthy" | "unhealthy";
  /** It can't be started. */
  absent?: boolean;
}

/** `err:text` is a line to stderr, any other to stdout; `out:` in front is left out. */
const written = (word: string): WrittenLine => ({
  stream: word.startsWith("err:") ? "stderr" : "stdout",
  line: word.replace(/^(?:out|err):/, ""),
});

/** The programs that every simulated image has: words after the name are its arguments. Any other name runs on. */
const programs: Record<string, (words: readonly string[], networks: number) => SimulatedProcess> = {
  exit: ([code]) => ({ exitCode: Number(code) }),
  print: (words) => ({ lines: words.map(written) }),
  "print-and-exit": ([code, ...words]) => ({ lines: words.map(written), exitCode: Number(code) }),
  repeat: ([line]) => ({ repeats: line ?? "" }),
  "count-networks": (_, networks) => ({ lines: [{ stream: "stdout", line: `networks ${networks}` }] }),
  entrypoint: (words) => ({ lines: [{ stream: "stdout", line: ["entrypoint", ...words].join(" ") }] }),
  absent: () => ({ absent: true }),
};

/** What a process does that is started by these words in a container on so many networks. */
export const simulate = ([program = "", ...words]: readonly string[], networks: number): SimulatedProcess =>
  Object.hasOwn(programs, program) ? (programs[program]?.(words, networks) ?? {}) : {};
