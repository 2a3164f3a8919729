import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { throwIfAborted } from "@openfactory/deploy-core";

/** The result of a command. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves with the exit code when the command has ended and its output was read. */
  readonly ended: Promise<number>;
  kill(): void;
}

export interface CommandOptions {
  readonly stdin?: string | Uint8Array;
  /** Ends the command with SIGTERM. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the commands run: `systemctl`, `podman`, `journalctl` and a POSIX shell, as root. Words are passed on unchanged. */
export interface Host {
  /** Where it is, for messages: `this machine`, `the container node-1`. */
  readonly name: string;
  start(words: readonly string[]): RunningCommand;
}

/** A machine on which commands run, possibly behind a command such as `docker exec -i node-1`. */
export class CommandHost implements Host {
  readonly name: string;
  readonly #prefix: readonly string[];
  readonly #wrap: (words: readonly string[]) => readonly string[];

  constructor(name: string, prefix: readonly string[] = [], wrap = (words: readonly string[]) => words) {
    this.name = name;
    this.#prefix = prefix;
    this.#wrap = wrap;
  }

  start(words: readonly string[]): RunningCommand {
    const [program = "", ...args] = [...this.#prefix, ...this.#wrap(words)];
    const child = spawn(program, args, { stdio: "pipe" });
    // A command that ends early closes its input.
    child.stdin.on("error", () => undefined);
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended: ended(child),
      kill: () => child.kill(),
    };
  }
}

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.on("error", reject);
    // A command that a signal ended, or 128 and the signal as in a shell.
    child.on("close", (code) => resolve(code ?? 143));
  });

/** The commands run on this machine. */
export const localHost = (): Host => new CommandHost("this machine");

/** The commands run in a container of an engine: `docker` or `podman`. */
export const containerHost = (container: string, engine = "docker"): Host =>
  new CommandHost(`the container ${container}`, [engine, "exec", "-i", container]);

/** The commands run on a machine that `ssh` reaches. Its shell gets each word in single quotes. */
export const sshHost = (destination: string): Host =>
  new CommandHost(destination, ["ssh", "-o", "BatchMode=yes", "--", destination], (words) => [
    words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" "),
  ]);

/**
 * Runs a command until its end.
 * @throws DeploymentError `ABORTED`. @throws Error if the program does not exist.
 */
export async function run(host: Host, words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { stdin = "", signal } = options;
  throwIfAborted(signal);
  const command = host.start(words);
  const kill = () => command.kill();
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const output = Promise.all([read(command.stdout), read(command.stderr)]);
    command.stdin.end(stdin);
    const exitCode = await command.ended;
    const [stdout, stderr] = await output;
    throwIfAborted(signal);
    return { exitCode, stdout, stderr };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

async function read(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
