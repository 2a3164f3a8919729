import type { RawEngine } from "@openfactory/test-engine";

/** JSON of the Engine API, which the probes read as it is. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

/** Runs a command in a container and returns both of its streams as one text (Engine API, ContainerExec and ExecStart). */
export async function execIn(
  engine: RawEngine,
  container: string,
  words: readonly string[],
): Promise<{ exitCode: number; output: string }> {
  const created = await engine.call("POST", `/containers/${container}/exec`, {
    Cmd: words,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await engine.open("POST", `/exec/${created.Id}/start`, { Detach: false, Tty: false });
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const { ExitCode } = await engine.call("GET", `/exec/${created.Id}/json`);
  return { exitCode: ExitCode, output: demultiplex(Buffer.concat(parts)) };
}

/** The payload of frames, each with an 8-byte header (stream, 0, 0, 0, length). */
function demultiplex(bytes: Buffer): string {
  const payload: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    payload.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(payload).toString("utf8");
}

/** The lines that a container or service has written (Engine API, ContainerLogs and ServiceLogs). */
export async function writtenLines(engine: RawEngine, path: string): Promise<string[]> {
  const stream = await engine.open("GET", `${path}/logs?stdout=1&stderr=1`);
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return demultiplex(Buffer.concat(parts)).split("\n").slice(0, -1);
}

/** The body of `GET http://host:port/`. */
export async function get(host: string, port: number): Promise<string> {
  const answer = await fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`${host}:${port} answered with ${answer.status}`);
  return answer.text();
}
