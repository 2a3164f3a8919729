import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Io, Output } from "ofdeploy";
import { run } from "ofdeploy";
import { checkEvent } from "../../../../cli/test/check-event.js";
import { recordCalls } from "../../engine-calls/record-calls.mjs";

/** An output that records its text. */
export class CapturedOutput implements Output {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows = 24;
  onWrite: ((text: string) => void) | undefined;

  constructor({ isTTY = false, columns = 80 } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
    this.onWrite?.(text);
  }

  async drained(): Promise<void> {}
}

/** A line of `--json`. */
interface JsonEvent extends Record<string, unknown> {
  event: string;
}

export interface CommandResult {
  code: number;
  out: string;
  err: string;
  /** The lines of `--json`, checked by `ofdeploy schema events`. */
  events: JsonEvent[];
}

export interface CapturedIo extends Io {
  stdout: CapturedOutput;
  stderr: CapturedOutput;
  signals: EventEmitter;
  exits: number[];
}

export function captureIo(
  cwd: string,
  { isTTY = false, columns = 80, env = {} as Record<string, string>, stdin = "" } = {},
): CapturedIo {
  const exits: number[] = [];
  return {
    stdin: Readable.from(stdin === "" ? [] : [stdin]),
    stdout: new CapturedOutput({ isTTY, columns }),
    stderr: new CapturedOutput({ isTTY, columns }),
    env,
    cwd,
    signals: new EventEmitter(),
    // On a loaded machine, any call can take long.
    waitAfterMs: Infinity,
    exits,
    exit: (code) => void exits.push(code),
  };
}

export const MEMORY_PLUGIN = fileURLToPath(new URL("./memory-plugin.ts", import.meta.url));
const onMemory = ["--plugin", MEMORY_PLUGIN, "--platform", "memory"];

/** A temporary directory with app files, in which the command runs in this process. */
export class TestProject {
  readonly folder = mkdtempSync(join(tmpdir(), "ofdeploy-"));

  write(text: string, name = "openfactory.yml"): this {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return this;
  }

  /** Runs the command on the platform `memory`. */
  run(...args: string[]): Promise<CommandResult> {
    return this.runOnMemory(captureIo(this.folder), ...args);
  }

  async runWith(io: CapturedIo, args: readonly string[]): Promise<CommandResult> {
    process.chdir(this.folder);
    const code = await recordCalls(args, io.env, () => run(args, io));
    const { text: out } = io.stdout;
    const events = args.includes("--json")
      ? out
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as JsonEvent)
      : [];
    for (const event of events) checkEvent(event);
    return { code, out, err: io.stderr.text, events };
  }

  /** As {@link run}, with an `Io` of the test. */
  runOnMemory(io: CapturedIo, ...args: string[]): Promise<CommandResult> {
    // The words after `exec` belong to its command.
    return this.runWith(io, args.includes("exec") ? [...onMemory, ...args] : [...args, ...onMemory]);
  }

  remove(): void {
    process.chdir(tmpdir());
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An app file. `apps` has the additional lines of each app; its uuid is its key in capitals. */
export const appFile = (apps: Record<string, string>, name = "factory"): string =>
  [
    `name: ${name}`,
    "apps:",
    ...Object.entries(apps).flatMap(([key, more]) => [
      `  ${key}:`,
      `    uuid: ${key.toUpperCase()}`,
      "    image: demo:1",
      ...more
        .split("\n")
        .filter(Boolean)
        .map((line) => `    ${line}`),
    ]),
    "",
  ].join("\n");
