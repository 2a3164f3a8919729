/** A line that a program writes. */
export interface PrintedLine {
  stream: "stdout" | "stderr";
  line: string;
}

/**
 * The programs of the suite's services, as words for `command` with the plain image. Each exits promptly with code 0 on
 * SIGTERM.
 */
export interface ContractPrograms {
  /** Writes nothing and keeps running. */
  run(): string[];
  /** Exits at once. */
  exit(code: number): string[];
  /** Writes the lines in order, then keeps running. */
  print(lines: readonly PrintedLine[]): string[];
  /** Writes the lines in order, then exits with that code. */
  printAndExit(lines: readonly PrintedLine[], code: number): string[];
  /** Writes one line every second. */
  repeat(line: string): string[];
  /**
   * Writes `<label> 0`, `<label> 1`, ... every second: without end, or `times` lines, and then exits with 1. Without this
   * program, its cases are skipped.
   */
  count?(label: string, times?: number): string[];
  /** First writes `networks <n>`, the number of network interfaces without loopback, then keeps running. */
  countNetworks(): string[];
  /** Writes one line with `NAME=value` for each variable, then keeps running. Without this program, its cases are skipped. */
  printVariables?(names: readonly string[]): string[];
  /** Answers every HTTP GET on that port with the body. */
  serve(port: number, body: string): string[];
  /**
   * Writes a line when it is ready. On SIGTERM it waits a second, writes a line into the file, and exits. Without this
   * program, its case is skipped.
   */
  exitSlowly?(file: string): string[];
  /**
   * Writes `ready`, then keeps running. On the signal (its name without `SIG`), writes a line and exits. Without this program,
   * its case is skipped.
   */
  reportSignal?(signal: string, line: string): string[];
  /** A program that the image does not have. */
  absent(): string[];
  /** Health checks (`Healthcheck.Test`) for a service with `run`. `slow` passes some seconds after the start. */
  health: { good(): string[]; bad(): string[]; slow(): string[] };
  /** The program that the health check `slow` is for. */
  slowStarter(): string[];
  /** Commands for `exec`, which end by themselves. Without them, its cases are skipped. */
  exec?: {
    /** Writes its input to stdout until the input ends, then exits with that code. */
    copyInput(code: number): string[];
    /** Writes a line with the value of the variable. */
    printVariable(name: string): string[];
    /** Writes a line with its working directory. */
    printDirectory(): string[];
    /** Writes the line `yes` if its stdin is a terminal, otherwise `no`. */
    isTerminal(): string[];
    /**
     * Exits with 0 as soon as its terminal has that size, and with 1 if that takes seconds. Without this program, its case is
     * skipped.
     */
    hasTerminalSize?(size: { columns: number; rows: number }): string[];
    /**
     * Writes a line with the id of its user. Without this program, cases with users and directories that do not exist are
     * skipped.
     */
    printUser?(): string[];
  };
}

/** A shell that runs until it gets a signal: the trap interrupts `wait` at once. */
const untilStopped = "while :; do sleep 3600 & wait $!; done";
const endOnStop = "trap 'exit 0' TERM INT";

const script = (...lines: string[]): string[] => ["sh", "-c", [endOnStop, ...lines].join("\n")];

/** Passes the lines as arguments, so that the shell interprets no character of them. */
const printing = (lines: readonly PrintedLine[], then: string): string[] => [
  ...script(
    ...lines.map(({ stream }, index) => `printf '%s\\n' "\${${index + 1}}"${stream === "stderr" ? " >&2" : ""}`),
    then,
  ),
  "print",
  ...lines.map(({ line }) => line),
];

/** Programs for images that have a POSIX shell and busybox's or the usual `sleep`, `cat`, `ls`, `grep` and `httpd`. */
export const shellPrograms: ContractPrograms = {
  run: () => script(untilStopped),
  exit: (code) => ["sh", "-c", `exit ${code}`],
  print: (lines) => printing(lines, untilStopped),
  printAndExit: (lines, code) => printing(lines, `exit ${code}`),
  reportSignal: (signal, line) => [
    ...script(`trap 'printf "%s\\n" "$1"; exit 0' ${signal}`, "echo ready", untilStopped),
    "report-signal",
    line,
  ],
  repeat: (line) => [...script(`while :; do printf '%s\\n' "$1"; sleep 1 & wait $!; done`), "repeat", line],
  count: (label, times) => [
    ...script(
      `i=0; while [ "$i" != "$2" ]; do printf '%s %s\\n' "$1" "$i"; i=$((i+1)); sleep 1 & wait $!; done`,
      "exit 1",
    ),
    "count",
    label,
    ...(times === undefined ? [] : [String(times)]),
  ],
  // Engines name what joins a network eth0, eth1, ...; a kernel may add tunnels of its own.
  countNetworks: () => script(`echo "networks $(grep -c '^ *eth[0-9]' /proc/net/dev)"`, untilStopped),
  printVariables: (names) => [
    ...script(
      "line=",
      'for name; do eval "line=\\"\\$line $name=\\${$name}\\""; done',
      'echo "${line# }"',
      untilStopped,
    ),
    "variables",
    ...names,
  ],
  serve: (port, body) => [
    ...script(
      "mkdir -p /tmp/www",
      `printf '%s' "$1" > /tmp/www/index.html`,
      `httpd -f -p ${port} -h /tmp/www & wait $!`,
    ),
    "serve",
    body,
  ],
  exitSlowly: (file) => [
    "sh",
    "-c",
    [`trap 'sleep 1; echo ended > "$1"; exit 0' TERM INT`, "echo ready", untilStopped].join("\n"),
    "end",
    file,
  ],
  absent: () => ["/no/such/program"],
  health: {
    good: () => ["CMD-SHELL", "exit 0"],
    bad: () => ["CMD-SHELL", "exit 1"],
    slow: () => ["CMD-SHELL", "test -e /tmp/ready"],
  },
  slowStarter: () => script("sleep 3 & wait $!", "mkdir -p /tmp", "touch /tmp/ready", untilStopped),
  exec: {
    copyInput: (code) => ["sh", "-c", `cat; exit ${code}`],
    printVariable: (name) => ["sh", "-c", `printf '%s\\n' "$${name}"`],
    printDirectory: () => ["pwd"],
    isTerminal: () => ["sh", "-c", "if [ -t 0 ]; then echo yes; else echo no; fi"],
    hasTerminalSize: ({ columns, rows }) => [
      "sh",
      "-c",
      `i=0; while [ "$(stty size)" != "${rows} ${columns}" ]; do [ $i -gt 50 ] && exit 1; i=$((i+1)); sleep 0.1; done`,
    ],
    printUser: () => ["id", "-u"],
  },
};
