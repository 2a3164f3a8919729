import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import xterm from "@xterm/headless";

const COLUMNS = 100;
const ROWS = 50;
const TIME_LIMIT_MS = 120_000;

export const BASH = "bash --noprofile --norc -i";

/** The shell reports where a prompt and the output of a command start, with the sequences of FinalTerm (OSC 133). */
const SETTINGS = [
  `stty cols ${COLUMNS} rows ${ROWS}`,
  "unset HISTFILE",
  "bind 'set enable-bracketed-paste off'",
  String.raw`PS0='\e]133;C\a'`,
  String.raw`PS1='\[\e]133;A\a\]$ '`,
].join("; ");

/** A shell in a terminal, as a person uses it. `script` of util-linux provides the terminal. */
export class Terminal {
  readonly #shell: ChildProcessWithoutNullStreams;
  readonly #screen = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, scrollback: 100_000, allowProposedApi: true });
  #outputStart = 0;
  #atPrompt: (() => void) | undefined;

  private constructor(folder: string, env: Readonly<Record<string, string>>, shell: string) {
    const command = ["-qfec", `exec ${shell}`, "/dev/null"];
    this.#shell = spawn("script", command, { cwd: folder, env: { ...env, TERM: "xterm-256color", PS1: "" } });
    this.#shell.stdout.on("data", (bytes: Buffer) => this.#screen.write(bytes));
    this.#screen.parser.registerOscHandler(133, (mark) => {
      if (mark === "C") this.#outputStart = this.#row;
      else this.#atPrompt?.();
      return true;
    });
  }

  /**
   * Starts bash in `folder`, without the settings of this user.
   * @param shell the command that starts it, such as `docker exec`. Default: bash of this machine.
   */
  static async open(folder: string, env: Readonly<Record<string, string>>, shell: string = BASH): Promise<Terminal> {
    const terminal = new Terminal(folder, env, shell);
    await terminal.type(SETTINGS);
    return terminal;
  }

  /**
   * Types a command, and returns what the terminal shows below it once the shell is ready for the next one.
   * @throws Error if the command takes longer than two minutes
   */
  async type(command: string): Promise<string> {
    const ready = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`\`${command}\` did not end. The terminal shows:\n${this.#textFrom(0)}`));
      }, TIME_LIMIT_MS);
      this.#atPrompt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#shell.stdin.write(`${command}\n`);
    await ready;
    return this.#textFrom(this.#outputStart);
  }

  async close(): Promise<void> {
    const closed = once(this.#shell, "close");
    this.#shell.stdin.write("exit\n");
    // A command that did not end is ended with its terminal.
    const timer = setTimeout(() => this.#shell.kill("SIGKILL"), 10_000);
    await closed;
    clearTimeout(timer);
    this.#screen.dispose();
  }

  get #row(): number {
    const { baseY, cursorY } = this.#screen.buffer.active;
    return baseY + cursorY;
  }

  /** The text from a row up to the cursor's. Rows that the terminal wrapped are joined. */
  #textFrom(start: number): string {
    let text = "";
    for (let row = start; row < this.#row; row += 1) {
      const line = this.#screen.buffer.active.getLine(row);
      const continues = this.#screen.buffer.active.getLine(row + 1)?.isWrapped ?? false;
      text += `${line?.translateToString(!continues) ?? ""}${continues ? "" : "\n"}`;
    }
    return text.replace(/\s+$/, "");
  }
}
