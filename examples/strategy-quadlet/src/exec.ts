import { randomUUID } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { Writable } from "node:stream";
import {
  DeploymentError,
  type ExecOptions,
  type ExecResult,
  selectInstance,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { type Folders, removeFiles, writeFiles } from "./node/files.js";
import type { Host } from "./node/host.js";
import type { Service } from "./service.js";
import { environmentOf } from "./unit/environment.js";

/** Messages of a runtime about options that the container does not have. */
const WRONG_USER = /^Error: .*(?:unable to find user|no matching entries in passwd)/im;
const WRONG_FOLDER = /^Error: .*(?:chdir to |workdir .* does not exist)/im;
/** Podman's own exit code. */
const PODMAN_FAILED = 125;
/** With these exit codes, the output is a message of Podman or of the runtime. */
const FAILED_STARTS: ReadonlySet<number> = new Set([PODMAN_FAILED, 126, 127, 255]);
/** Enough of the error output to recognize a message. */
const KEPT_BYTES = 4096;

/** Runs a command in the container of a service. */
export async function execIn(
  host: Host,
  folders: Folders,
  service: Service,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { name, container, state } = service;
  const { stdin, stdout, stderr, terminal, user, env = [], workingDir, signal, instance } = options;
  if (command.length === 0) {
    throw new DeploymentError("INVALID_REQUEST", "There is no command to run.", { hint: "Name a program." });
  }
  const running = container?.running === true;
  selectInstance(name, [{ id: container?.id ?? state.invocation, name, number: 1, running }], instance);
  const { file, inherited } = environmentOf(env);
  if (inherited.length > 0) {
    throw new DeploymentError("UNSUPPORTED", "A variable of a command must not have several lines on this platform.", {
      hint: "Pass the value through the input of the command.",
    });
  }
  // Arguments are visible to other processes.
  const envFile = env.length === 0 ? undefined : `${folders.locks}/${randomUUID()}.env`;
  if (envFile !== undefined) await writeFiles(host, [{ path: envFile, content: file }]);
  try {
    const child = host.start([
      "podman",
      "exec",
      ...(stdin || terminal ? ["--interactive"] : []),
      ...(terminal ? ["--tty"] : []),
      ...(user === undefined ? [] : ["--user", user]),
      ...(workingDir === undefined ? [] : ["--workdir", workingDir]),
      ...(envFile === undefined ? [] : ["--env-file", envFile]),
      name,
      ...command,
    ]);
    const kill = () => child.kill();
    signal?.addEventListener("abort", kill, { once: true });
    try {
      let message = "";
      child.stderr.on("data", (part: Buffer) => (message = (message + part.toString()).slice(-KEPT_BYTES)));
      // A command that ends early reads no more input.
      if (stdin) void pipeline(stdin, child.stdin, { signal }).catch(() => undefined);
      else child.stdin.end();
      await Promise.all([copy(child.stdout, stdout), copy(child.stderr, terminal ? stdout : stderr)]);
      const exitCode = await child.ended;
      throwIfAborted(signal);
      if (FAILED_STARTS.has(exitCode)) checkMessage(name, message, exitCode);
      return { exitCode, instance: name };
    } finally {
      signal?.removeEventListener("abort", kill);
    }
  } finally {
    if (envFile !== undefined) await removeFiles(host, [envFile]);
  }
}

const copy = (from: NodeJS.ReadableStream, to: Writable | undefined): Promise<void> =>
  pipeline(from, to ?? new Writable({ write: (_part, _encoding, done) => done() }), { end: to === undefined });

function checkMessage(name: string, message: string, exitCode: number): void {
  if (WRONG_USER.test(message) || WRONG_FOLDER.test(message)) {
    const what = WRONG_USER.test(message) ? "user" : "directory";
    throw new DeploymentError("INVALID_REQUEST", `The container of ${name} does not have this ${what}.`, {
      hint: `Name a ${what} that the container has.`,
    });
  }
  if (exitCode !== PODMAN_FAILED) return;
  throw new DeploymentError("CONFLICT", `The command can't be run in the container of ${name}.`, {
    hint: "Check whether the service is running: `ofdeploy ps`.",
  });
}
