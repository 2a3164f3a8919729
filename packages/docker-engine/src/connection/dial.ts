import type * as childProcess from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { connect, isIP, type Socket } from "node:net";
import { Duplex, type Readable } from "node:stream";
import type * as tls from "node:tls";
import {
  beginWait,
  type Limit,
  limit,
  Redactor,
  secretsOfEnvironment,
  secretsWithin,
  type Wait,
} from "@openfactory/deploy-core";
import { builtIn } from "./built-in.js";
import type { Environment } from "../endpoint/docker-config.js";
import type { Endpoint, TlsMaterial, SshEndpoint } from "../endpoint/endpoint.js";
import type { TlsError } from "../errors/tls-error.js";

/** Opens one connection to the engine. */
export type Dial = () => Duplex;

/** How connections to an endpoint are opened. Loads the modules that only TLS or SSH need for those alone. */
export function dialerFor(endpoint: Endpoint, env: Environment): Dial {
  switch (endpoint.kind) {
    case "socket":
      return () => untilConnected(endpoint.host, connect(endpoint.path), "connect");
    case "ssh": {
      const handshakes = limit(MAX_HANDSHAKES);
      return () => dialSsh(endpoint, env, handshakes);
    }
    case "tcp": {
      const { host, hostname, port, tls } = endpoint;
      return tls === undefined
        ? () => untilConnected(host, connect({ host: hostname, port }), "connect")
        : () => untilConnected(host, dialTls(hostname, port, tls), "secureConnect");
    }
  }
}

/** Reports the wait for a connection. @param event emitted when it is open. */
function untilConnected(host: string, socket: Socket, event: "connect" | "secureConnect"): Socket {
  const subject = `the engine at ${host}`;
  const endWait = beginWait({ subject, action: "accept a connection", level: "connection" });
  return socket.once(event, endWait).once("close", endWait);
}

function dialTls(host: string, port: number, { ca, cert, key, verify }: TlsMaterial): tls.TLSSocket {
  const { connect } = builtIn("node:tls") as typeof tls;
  // A TLS server name is a name, never an address.
  const servername = isIP(host) ? "" : host;
  const options = { host, port, servername, ca, cert, key, rejectUnauthorized: verify, minVersion: "TLSv1.2" } as const;
  return withPeerCertificate(connect(options));
}

/** Errors get the server's certificate. Node checks it in a listener of `secure`, and discards it with the connection. */
function withPeerCertificate(socket: tls.TLSSocket): tls.TLSSocket {
  let peerCertificate: tls.PeerCertificate | undefined;
  socket.prependOnceListener("secure", () => (peerCertificate = socket.getPeerCertificate()));
  socket.prependListener("error", (error: TlsError) => Object.assign(error, { peerCertificate }));
  return socket;
}

/** Source: docker/cli, `cli/connhelper/ssh`. */
export function sshArguments({ hostname, port, user, socketPath }: SshEndpoint): string[] {
  return [
    "-o",
    "ConnectTimeout=30",
    "-T",
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    hostname,
    "docker",
    ...(socketPath === undefined ? [] : ["--host", `unix://${socketPath}`]),
    "system",
    "dial-stdio",
  ];
}

/** An SSH server drops connections while 10 are not authenticated yet (OpenSSH, `MaxStartups`). */
const MAX_HANDSHAKES = 8;

/** A handshake takes less. What the engine answers later, such as the end of a process, must not delay other connections. */
const HANDSHAKE_MS = 1_000;

/** A connection through the user's own `ssh`, as the docker command makes it: the user's SSH configuration applies. */
function dialSsh(endpoint: SshEndpoint, env: Environment, handshakes: Limit): ProcessSocket {
  const { spawn } = builtIn("node:child_process") as typeof childProcess;
  const start = () => spawn("ssh", sshArguments(endpoint), { env: { ...env }, stdio: "pipe", windowsHide: true });
  return new ProcessSocket({ program: "ssh", start, starts: handshakes, wait: sshWait(endpoint.host) }, env);
}

const sshWait = (host: string): Wait => ({
  subject: "ssh",
  action: `connect to ${host}`,
  level: "connection",
  mayPrompt: true,
});

const STDERR_KEPT = 2000;

interface SocketProcess {
  readonly program: string;
  readonly start: () => ChildProcessWithoutNullStreams;
  /** Limits how many processes have been started and have not answered yet. */
  readonly starts: Limit;
  /** Until its first output. */
  readonly wait: Wait;
}

/** A child process's standard input and output as a socket, such as an HTTP agent keeps. */
class ProcessSocket extends Duplex {
  readonly #process: SocketProcess;
  readonly #env: Environment;
  /** Undefined until the process may start. Writes wait for it. */
  #child: ChildProcessWithoutNullStreams | undefined;
  #stderr = "";

  /** @param env the process's environment: errors do not repeat secrets in it. */
  constructor(process: SocketProcess, env: Environment = {}) {
    super();
    this.#process = process;
    this.#env = env;
  }

  override _construct(callback: (error?: Error | null) => void): void {
    void this.#process.starts(async () => {
      const answered = Promise.withResolvers<void>();
      // It may have been destroyed while it waited.
      if (this.destroyed) answered.resolve();
      else this.#start(answered.resolve);
      callback();
      const timer = setTimeout(answered.resolve, HANDSHAKE_MS).unref();
      await answered.promise;
      clearTimeout(timer);
    });
  }

  /** @param onAnswer called at the first output, and at the end of the process. */
  #start(onAnswer: () => void): void {
    const child = this.#process.start();
    this.#child = child;
    const endWait = beginWait(this.#process.wait);
    child.once("close", endWait);
    child.once("close", onAnswer);
    child.on("error", (error) => {
      endWait();
      onAnswer();
      this.destroy(this.#error(error.message));
    });
    // Without a free file descriptor, the process has no streams (Node, ChildProcess.spawn), and reports only an error.
    if ((child.stdout as Readable | undefined) === undefined) return;
    child.stdout.once("data", endWait);
    child.stdout.once("data", onAnswer);
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    // A write after the process has ended fails; the reason is reported on close.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {});
    child.on("close", (exitCode) => {
      if (exitCode === 0) this.push(null);
      else this.destroy(this.#error(this.#stderr.trim().split(/\r?\n/).at(-1) || `exit code ${exitCode}`));
    });
  }

  override _read(): void {
    this.#child?.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const { stdin } = this.#child ?? {};
    // Without streams, the error that destroys this one is on its way.
    if (stdin?.write(chunk) ?? true) callback();
    else stdin?.once("drain", callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#child?.stdin?.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#child?.kill();
    callback(error);
  }

  // The agent calls these, so that an idle connection does not keep the program running.
  ref(): this {
    return this.#setRef("ref");
  }

  unref(): this {
    return this.#setRef("unref");
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  #setRef(method: "ref" | "unref"): this {
    const { stdin, stdout, stderr } = this.#child ?? {};
    for (const each of [this.#child, stdin, stdout, stderr]) (each as Socket | undefined)?.[method]();
    return this;
  }

  #error(message: string): Error {
    return Object.assign(new Error(`${this.#process.program}: ${redactOutput(message, this.#env)}`), {
      code: this.#process.program.toUpperCase(),
      output: redactOutput(this.#stderr, this.#env),
    });
  }
}

/** Output of a child process, without the secrets of its environment and the values that it labels as secret. */
export const redactOutput = (output: string, env: Environment): string =>
  new Redactor([...secretsOfEnvironment(env), ...secretsWithin(output).map((value) => ({ value }))]).text(output);
