import { on } from "node:events";
import { Readable, Writable } from "node:stream";
import type { ExecTerminal, TerminalSize } from "@openfactory/deploy-core";
import { chooseDeployed } from "../choose-apps.js";
import { UsageError } from "../errors.js";
import type { ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { Io, Output, ProcessStreams } from "../io.js";
import type { CommandContext } from "../options/context.js";
import { writeRaw } from "../output/safe-output.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";

export interface ExecCommandOptions {
  app: string;
  command: string[];
  tty?: boolean;
  index?: number;
  user?: string;
  env?: string[];
  workdir?: string;
}

/** Runs a command in an app. Its exit code is that of the command; errors of ofdeploy itself are reported as such. */
export async function execCommand({ io, options }: CommandContext<ExecCommandOptions>): Promise<ExitCode> {
  if (options.json) {
    throw new UsageError("exec has no --json: its output is the output of the command.", "Remove --json.");
  }
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  const ended = new AbortController();
  const interrupt = listenForInterrupt(io);
  const terminal = openTerminal(io, options, ended.signal);
  try {
    const apps = await chooseDeployed([options.app], desired, strategy);
    const [app, ...others] = apps;
    if (app === undefined || others.length > 0) {
      throw new UsageError(
        `${options.app} stands for several services.`,
        `Name one of them: ${apps.map(({ key }) => key).join(", ")}.`,
      );
    }
    const { exec } = await import("@openfactory/deployer");
    const { index, user, env, workdir } = options;
    const { exitCode } = await exec(strategy, desired, app.key, options.command, {
      signal: interrupt.signal,
      stdin: io.streams?.stdin ?? Readable.from(io.stdin),
      stdout: io.streams?.stdout ?? sinkOf(io.stdout),
      stderr: io.streams?.stderr ?? sinkOf(io.stderr),
      ...(terminal && { terminal: terminal.size }),
      ...(index !== undefined && { instance: index }),
      ...(user !== undefined && { user }),
      ...(env !== undefined && { env }),
      ...(workdir !== undefined && { workingDir: workdir }),
    });
    // The command's own code, of any number.
    return exitCode as ExitCode;
  } catch (error) {
    const code = interrupt.exitCode();
    if (code !== undefined) return code;
    throw error;
  } finally {
    terminal?.restore();
    ended.abort();
    interrupt.stop();
    await strategy.close();
  }
}

/** Puts the terminal of the process into raw mode, so that every key reaches the command. Undefined without a terminal. */
function openTerminal(
  { streams }: Io,
  { tty = true }: ExecCommandOptions,
  signal: AbortSignal,
): { size: ExecTerminal; restore: () => void } | undefined {
  if (!tty || streams === undefined || !streams.stdin.isTTY || !streams.stdout.isTTY) return undefined;
  const { stdin, stdout } = streams;
  const restore = (): void => {
    stdin.setRawMode(false);
    process.off("exit", restore);
  };
  // Also if the process is ended at once.
  process.once("exit", restore);
  stdin.setRawMode(true);
  return { size: { ...sizeOf(stdout), resizes: resizesOf(stdout, signal) }, restore };
}

const sizeOf = ({ columns, rows }: ProcessStreams["stdout"]): TerminalSize => ({ columns, rows });

async function* resizesOf(stdout: ProcessStreams["stdout"], signal: AbortSignal): AsyncGenerator<TerminalSize> {
  for await (const _ of on(stdout, "resize", { signal })) yield sizeOf(stdout);
}

const sinkOf = (output: Output): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      writeRaw(output, chunk.toString());
      done();
    },
  });
