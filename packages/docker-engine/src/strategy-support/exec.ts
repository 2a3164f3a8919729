import { once } from "node:events";
import type { Duplex, Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import {
  DeploymentError,
  type ExecOptions,
  redactError,
  Redactor,
  secretsOfRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "../engine.js";
import { FrameReader } from "../streams/log-frames.js";

/**
 * Runs a command in a running container (Engine API, ContainerExec), with its input, output and terminal.
 * @returns its exit code.
 * @throws DeploymentError `NOT_FOUND` or `CONFLICT` (the container), `INVALID_REQUEST`, `ENGINE_UNREACHABLE`, `ABORTED`.
 */
export async function execInContainer(
  engine: DockerEngine,
  container: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<number> {
  if (command.length === 0) {
    throw new DeploymentError("INVALID_REQUEST", "There is no command to execute.", { hint: "Pass a command." });
  }
  const { signal, terminal, stdin, env = [] } = options;
  throwIfAborted(signal);
  const secrets = new Redactor(() => secretsOfRequest({ name: container, image: container, env }));
  try {
    const id = await engine.execs.create(container, execBody(command, options), { signal });
    const connection = await engine.execs.start(id, { signal, tty: terminal !== undefined });
    // The engine offers no way to end the command. Without its connection, it ends at its next read or write.
    const onAbort = (): void => void connection.destroy();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      if (signal?.aborted) onAbort();
      void followSize(engine, id, options, connection);
      if (stdin === undefined) connection.end();
      else sendInput(stdin, connection).catch((error: Error) => connection.destroy(error));
      if (!(await receiveOutput(connection, options))) throw connectionLost(engine);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      connection.destroy();
    }
    throwIfAborted(signal);
    return await exitCodeOf(engine, id, options);
  } catch (error) {
    throwIfAborted(signal);
    throw redactError(explain(error, engine), secrets);
  }
}

const execBody = (command: readonly string[], { terminal, stdin, user, env, workingDir }: ExecOptions): object => ({
  Cmd: command,
  AttachStdin: stdin !== undefined,
  AttachStdout: true,
  AttachStderr: true,
  Tty: terminal !== undefined,
  // From API 1.42 on; older engines ignore it, and resize afterwards.
  ...(terminal && { ConsoleSize: [terminal.rows, terminal.columns] }),
  ...(user !== undefined && { User: user }),
  ...(env !== undefined && { Env: env }),
  ...(workingDir !== undefined && { WorkingDir: workingDir }),
});

/** Errors of the size don't end the command: it has a terminal of another size. */
async function followSize(
  engine: DockerEngine,
  id: string,
  { terminal, signal }: ExecOptions,
  connection: Duplex,
): Promise<void> {
  if (terminal === undefined) return;
  const resize = async (size: { columns: number; rows: number }): Promise<void> => {
    if (!connection.destroyed && size.columns > 0 && size.rows > 0) await engine.execs.resize(id, size, { signal });
  };
  try {
    await resize(terminal);
    for await (const size of terminal.resizes ?? []) {
      if (connection.destroyed) return;
      await resize(size);
    }
  } catch {
    // The command has ended, or its terminal does not exist yet.
  }
}

/** Until the input or the command ends. The rest of the input stays with the caller. */
async function sendInput(stdin: Readable, connection: Duplex): Promise<void> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  connection.once("close", resolve);
  if (stdin.readableEnded) connection.end();
  const onData = (chunk: Buffer): void => {
    try {
      if (!connection.writable || connection.write(chunk)) return;
      stdin.pause();
      connection.once("drain", () => void stdin.resume());
    } catch (error) {
      // A stream of objects has no bytes to send.
      reject(error);
    }
  };
  const onEnd = (): void => void connection.end();
  stdin.on("data", onData).once("end", onEnd).once("error", onEnd);
  try {
    await ended;
  } finally {
    stdin.off("data", onData).off("end", onEnd).off("error", onEnd).pause();
  }
}

/** @returns false if the output ended within a frame. */
async function receiveOutput(connection: Duplex, { terminal, stdout, stderr }: ExecOptions): Promise<boolean> {
  const frames = new FrameReader();
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    if (terminal !== undefined) await write(stdout, chunk);
    else
      for (const { stream, payload } of frames.push(chunk)) await write(stream === "stdout" ? stdout : stderr, payload);
  }
  return !frames.incomplete;
}

async function write(sink: Writable | undefined, bytes: Buffer): Promise<void> {
  // A write after the end would be an "error" event, which ends the process.
  if (sink === undefined || !sink.writable || sink.write(bytes)) return;
  // A broken sink is the caller's: the command goes on.
  await Promise.race([once(sink, "drain"), once(sink, "close")]).catch(() => {});
}

const POLL_MS = 50;
/** An engine reports the exit a moment after the end of the output; never, if the connection broke. */
const EXIT_TIMEOUT_MS = 5_000;

async function exitCodeOf(engine: DockerEngine, id: string, { signal }: ExecOptions): Promise<number> {
  const end = Date.now() + EXIT_TIMEOUT_MS;
  for (;;) {
    const { exitCode } = await engine.execs.inspect(id, { signal });
    if (exitCode !== undefined) return exitCode;
    if (Date.now() >= end) throw connectionLost(engine);
    await delay(POLL_MS, undefined, signal && { signal });
  }
}

const connectionLost = (engine: DockerEngine, cause?: unknown): DeploymentError =>
  new DeploymentError("ENGINE_UNREACHABLE", `The connection to the command on ${engine.host} was lost.`, {
    hint: "Check the connection to the engine. The command may still run.",
    cause,
  });

const explain = (error: unknown, engine: DockerEngine): unknown => {
  const isSystemError = error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "string";
  return DeploymentError.isInstance(error) || !isSystemError ? error : connectionLost(engine, error);
};
