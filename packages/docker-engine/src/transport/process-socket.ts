import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Environment } from "../config/config-directory.js";
import { programWords } from "./program-words.js";

const STDERR_KEPT = 2000;

/** A child process's standard input and output as a socket, such as an HTTP agent keeps. */
export class ProcessSocket extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #program: string;
  readonly #env: Environment;
  #stderr = "";

  /** @param env that of the process: what is secret there is not repeated. */
  constructor(child: ChildProcessWithoutNullStreams, program: string, env: Environment = {}) {
    super();
    this.#env = env;
    this.#child = child;
    this.#program = program;
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    // A write after the process has ended fails; why it ended is told on close.
    child.stdin.on("error", () => {});
    child.on("error", (error) => this.destroy(this.#fault(error.message)));
    child.on("close", (exitCode) => {
      if (exitCode === 0) this.push(null);
      else this.destroy(this.#fault(this.#stderr.trim().split(/\r?\n/).at(-1) || `exit code ${exitCode}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#child.stdin.write(chunk)) callback();
    else this.#child.stdin.once("drain", callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#child.stdin.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#child.kill();
    callback(error);
  }

  // An idle connection must not keep the program running: the agent asks for that by these.
  ref(): this {
    return this.#holdProgram("ref");
  }

  unref(): this {
    return this.#holdProgram("unref");
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

  #holdProgram(how: "ref" | "unref"): this {
    this.#child[how]();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) (stream as Socket)[how]();
    return this;
  }

  #fault(message: string): Error {
    return Object.assign(new Error(`${this.#program}: ${programWords(message, this.#env)}`), {
      code: this.#program.toUpperCase(),
    });
  }
}
