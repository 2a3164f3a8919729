import { setTimeout as sleep } from "node:timers/promises";
import { TEST_IMAGE, TEST_LABEL } from "@openfactory/test-engine";
import { expect } from "vitest";
import { type CapturedOutput, type CommandResult, captureIo, TestProject } from "../cli/support/run-ofdeploy.js";
import { type HoldingProxy, startHoldingProxy } from "./holding-proxy.js";

/** Waits are shown at once, so that a test takes no longer than its calls. */
const AT_ONCE_MS = 5;
/** A call without an explanation is released after this time, so that the test can list all of them. */
const GIVE_UP_MS = 15_000;

/** Words, one of which the explanation of a call contains, by the first part of its path. */
const WORDS: Readonly<Record<string, string | RegExp>> = {
  // The first call of any kind negotiates the API version.
  _ping: "",
  version: "",
  info: "report its state",
  events: "report its events",
  distribution: "image",
  exec: "command",
  // The networks of services are looked up while the list of services is read.
  networks: /network|list services/,
};

const SECRET = "hunter2-Sup3rS3cret";

/** Runs commands through a proxy that holds back the first call of each kind until the command explains it. */
export class ExplainedCalls {
  readonly project = new TestProject();
  /** Calls that no text explained while they were held back. */
  readonly silent: string[] = [];
  /** All calls that were held back. */
  readonly calls = new Set<string>();
  readonly #platform: string;
  #proxy: HoldingProxy | undefined;
  #output: CapturedOutput | undefined;
  /** The length of the output when the last call was released: the text of the next one may come before the call arrives. */
  #seen = 0;

  constructor(platform: "docker" | "swarm") {
    this.#platform = platform;
  }

  async start(engine: string): Promise<this> {
    this.#proxy = await startHoldingProxy(engine, (call) => this.#release(call));
    return this;
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
    this.project.remove();
  }

  /** Runs a command, and holds back one call of each kind. */
  async run(args: readonly string[], { isTTY = false } = {}): Promise<CommandResult> {
    const proxy = this.#proxy as HoldingProxy;
    proxy.forget();
    const io = Object.assign(captureIo(this.project.folder, { isTTY, env: { TOKEN: SECRET } }), {
      waitAfterMs: AT_ONCE_MS,
    });
    this.#seen = 0;
    this.#output = args.includes("--json") ? io.stdout : io.stderr;
    const [command = "", ...rest] = args;
    const options = ["--platform", this.#platform, "--host", proxy.host];
    const result = await this.project.runWith(io, [...options, command, ...rest]);
    for (const call of proxy.held) this.calls.add(call);
    expect(`${result.out}${result.err}`).not.toContain(SECRET);
    return result;
  }

  /** Runs commands that end with these exit codes. */
  async runAll(commands: readonly (readonly [args: readonly string[], code: number])[]): Promise<void> {
    for (const [args, code] of commands) {
      const result = await this.run(args);
      expect(result.code, `${args[0]}: ${result.out}${result.err}`).toBe(code);
    }
  }

  async #release(call: string): Promise<void> {
    const output = this.#output as CapturedOutput;
    const [, kind = ""] = /^\w+ \/(\w+)/.exec(call) ?? [];
    const word = new RegExp(WORDS[kind] ?? kind.replace(/s$/, ""));
    const engine = `the engine at ${this.#proxy?.host}`;
    // With several calls at the same time, the text names the oldest one.
    const isExplained = (line: string): boolean =>
      line.includes(engine) && (word.test(line) || /, and \d+ more|"others":[1-9]/.test(line));
    for (let waited = 0; waited < GIVE_UP_MS; waited += AT_ONCE_MS) {
      // A call that negotiates the API version first is shown already.
      const current = output.text.split("\n").findLast((line) => line.includes(engine)) ?? "";
      if ([current, ...output.text.slice(this.#seen).split("\n")].some(isExplained)) break;
      await sleep(AT_ONCE_MS);
      if (waited + AT_ONCE_MS >= GIVE_UP_MS) this.silent.push(`${call}: ${output.text.slice(-500)}`);
    }
    this.#seen = output.text.length;
  }
}

/** @param version becomes a variable of the app. */
export const fileOf = (id: string, version: number, more = ""): string => `name: ${id}
apps:
  web:
    uuid: ${id}
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "echo up; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]
    environment: ["VERSION=${version}", "TOKEN=\${TOKEN}"]
    labels: ["${TEST_LABEL}=1"]
    stop_grace_period: 2s
    networks: [back]
${more}networks:
  back:
    labels: ["${TEST_LABEL}=1"]
`;
