import type * as childProcess from "node:child_process";
import type { Readable } from "node:stream";
import { DeploymentError, throwIfAborted, whileWaiting } from "@openfactory/deploy-core";
import { builtIn } from "../connection/built-in.js";
import { redactOutput } from "../connection/dial.js";
import type { Environment } from "../endpoint/docker-config.js";
import type { CallOptions } from "../engine.js";
import type { RegistryCredentials } from "./credentials.js";

const DEFAULT_TIMEOUT_MS = 30_000;
/** The longest output that is read, in bytes. A helper that prints more is ended. */
const MAX_OUTPUT = 1024 ** 2;
const NOT_FOUND = /credentials not found/i;
/** The user name with which helpers return an identity token. */
const TOKEN_USER = "<token>";

interface Outcome {
  exitCode: number | null;
  stdout: string;
}

const failed = (program: string, server: string, why: string): DeploymentError =>
  new DeploymentError(
    "UNAUTHORIZED",
    `The credential helper ${program} returned no credentials for ${server}: ${why}.`,
    {
      hint: "Fix the helper, remove it from Docker's config.json (credHelpers, credsStore), or log in with `docker login`.",
    },
  );

const tooSlow = (program: string, timeoutMs: number): DeploymentError =>
  new DeploymentError("TIMEOUT", `The credential helper ${program} did not answer within ${timeoutMs / 1000} s.`, {
    hint: "Run the helper by hand: it may be waiting for a password.",
  });

function run(program: string, server: string, env: Environment, signal: AbortSignal): Promise<Outcome> {
  const { spawn } = builtIn("node:child_process") as typeof childProcess;
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = spawn(program, ["get"], {
    env: { ...env },
    signal,
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  const chunks: Buffer[] = [];
  let length = 0;
  child.on("error", reject);
  // Without a free file descriptor, the process has no streams (Node, ChildProcess.spawn), and reports only an error.
  if ((child.stdout as Readable | undefined) === undefined) return promise;
  child.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_OUTPUT) chunks.push(chunk);
    else {
      reject(failed(program, server, "its output is longer than 1 MiB"));
      child.kill();
    }
  });
  child.on("close", (exitCode) => resolve({ exitCode, stdout: Buffer.concat(chunks).toString("utf8") }));
  // The exit code reports a helper that ends without reading.
  for (const stream of [child.stdin, child.stdout]) stream.on("error", () => {});
  child.stdin.end(`${server}\n`);
  return promise;
}

function parse(program: string, server: string, stdout: string): RegistryCredentials {
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username?: unknown; Secret?: unknown };
    if (typeof Username === "string" && typeof Secret === "string") {
      return Username === TOKEN_USER
        ? { identitytoken: Secret, serveraddress: server }
        : { username: Username, password: Secret, serveraddress: server };
    }
  } catch {
    // the response may contain a secret: errors do not repeat it
  }
  throw failed(program, server, "invalid response");
}

/** The helper's own text, unless it may be a response. */
const failureText = ({ exitCode, stdout }: Outcome, env: Environment): string => {
  const text = redactOutput(stdout.trim().split(/\r?\n/)[0] ?? "", env);
  return text === "" || text.includes("{") ? `exit code ${exitCode}` : text.slice(0, 200);
};

/**
 * Runs `docker-credential-<helper> get` for a server's credentials; undefined if it has none.
 * Source: docker/docker-credential-helpers.
 * @throws DeploymentError `UNAUTHORIZED` if it can't be run, fails, or sends an invalid response; `TIMEOUT`, `ABORTED`.
 */
export async function askHelper(
  helper: string,
  server: string,
  env: Environment,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: CallOptions = {},
): Promise<RegistryCredentials | undefined> {
  const program = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper)) throw failed(program, server, "invalid helper name");
  const clock = AbortSignal.timeout(timeoutMs);
  try {
    const outcome = await whileWaiting(
      {
        subject: `the credential helper ${program}`,
        action: `return the credentials for ${server}`,
        level: "connection",
        mayPrompt: true,
      },
      () => run(program, server, env, signal ? AbortSignal.any([signal, clock]) : clock),
    );
    if (outcome.exitCode === 0) return parse(program, server, outcome.stdout);
    if (NOT_FOUND.test(outcome.stdout)) return undefined;
    throw failed(program, server, failureText(outcome, env));
  } catch (error) {
    throwIfAborted(signal);
    if (clock.aborted) throw tooSlow(program, timeoutMs);
    if (DeploymentError.isInstance(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw failed(program, server, code === "ENOENT" ? "program not found in PATH" : `it can't be run (${code})`);
  }
}
