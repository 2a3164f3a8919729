import type { RawEngine } from "./raw-engine.js";

/** Output and exit code of a command inside a container. */
export interface InsideResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `command` inside a running container and waits until it ends (Engine API: ContainerExec, ExecStart, ExecInspect). */
export async function runInside(engine: RawEngine, container: string, command: string[]): Promise<InsideResult> {
  const { Id } = await engine.call("POST", `/containers/${container}/exec`, {
    Cmd: command,
    AttachStdout: true,
    AttachStderr: true,
  });
  const output = await engine.open("POST", `/exec/${Id}/start`, { Detach: false, Tty: false });
  const parts: Buffer[] = [];
  for await (const part of output) parts.push(part as Buffer);
  const { ExitCode } = await engine.call("GET", `/exec/${Id}/json`);
  return { exitCode: ExitCode, ...splitStreams(Buffer.concat(parts)) };
}

/** Splits the engine's multiplexed stream: frames of 8 bytes (stream, 0, 0, 0, length) and content. */
export function splitStreams(bytes: Buffer): { stdout: string; stderr: string } {
  const streams: [Buffer[], Buffer[]] = [[], []];
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    streams[bytes[at] === 2 ? 1 : 0].push(bytes.subarray(at + 8, end));
    at = end;
  }
  const [stdout, stderr] = streams.map((stream) => Buffer.concat(stream).toString("utf8"));
  return { stdout: stdout ?? "", stderr: stderr ?? "" };
}
