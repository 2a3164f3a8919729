import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import xterm from "@xterm/headless";
import { vi } from "vitest";
import { COMMAND, spawnOfdeploy } from "./spawn-ofdeploy.js";

const COLUMNS = 120;
const ROWS = 40;
const TIME_LIMIT_MS = 40_000;
const SIZE = `stty cols ${COLUMNS} rows ${ROWS}`;

/** A new user's shell: its settings in a home directory, and the command that starts it. */
interface Shell {
  /** Files in the home directory. `script` is that of `ofdeploy completion`. */
  files: (script: string) => Readonly<Record<string, string>>;
  start: string;
}

export const SHELLS: Readonly<Record<"bash" | "zsh" | "fish", Shell>> = {
  bash: {
    // Without bash-completion.
    files: () => ({ bashrc: `${SIZE}\nPS1='> '\nsource <(ofdeploy completion bash)\n` }),
    start: "exec bash --noprofile --rcfile $HOME/bashrc -i",
  },
  zsh: {
    files: (script) => ({
      "functions/_ofdeploy": script,
      ".zshrc": `${SIZE}\nPS1='> '\nfpath=($HOME/functions $fpath)\nautoload -Uz compinit\ncompinit -D -u\n`,
    }),
    start: "exec zsh -i",
  },
  fish: {
    files: (script) => ({
      ".config/fish/completions/ofdeploy.fish": script,
      ".config/fish/config.fish": `${SIZE}\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nfunction fish_prompt; echo '> '; end\n`,
    }),
    start: "exec fish -i",
  },
};

/** An interactive shell in a terminal. `script` of util-linux provides the terminal. */
export class ShellTerminal {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #screen = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });

  private constructor(start: string, folder: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn("script", ["-qfec", start, "/dev/null"], { cwd: folder, env });
    this.#process.stdout.on("data", (bytes: Buffer) => this.#screen.write(bytes));
    // Answers to questions of the shell, such as what the terminal is.
    this.#screen.onData((answer) => this.#process.stdin.write(answer));
  }

  /** Starts a shell with the completion of `ofdeploy`, in `folder`, which also contains the new home directory. */
  static async open(name: keyof typeof SHELLS, folder: string, env: NodeJS.ProcessEnv): Promise<ShellTerminal> {
    const home = join(folder, "home");
    const { stdout: script } = await spawnOfdeploy(["completion", name]);
    const files = {
      ...SHELLS[name].files(script),
      "bin/ofdeploy": `#!/bin/sh\nexec ${process.execPath} ${COMMAND} "$@"\n`,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(home, path, ".."), { recursive: true });
      writeFileSync(join(home, path), text, { mode: 0o755 });
    }
    const terminal = new ShellTerminal(SHELLS[name].start, folder, {
      PATH: `${join(home, "bin")}:${process.env["PATH"]}`,
      HOME: home,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      SHELL: "/bin/sh",
      ...env,
    });
    await terminal.waitFor(/^> *$/);
    return terminal;
  }

  /** Types keys, and waits until the screen shows the text. */
  async type(keys: string, expected: RegExp): Promise<string> {
    this.#process.stdin.write(keys);
    return this.waitFor(expected);
  }

  /** Removes the line that is typed, and clears the screen. */
  async clear(): Promise<void> {
    await this.type("\u0015\u000C", /^> *$/);
  }

  async waitFor(expected: RegExp): Promise<string> {
    return vi.waitFor(
      () => {
        const text = this.text();
        if (!expected.test(text)) throw new Error(`The terminal does not show ${expected}:\n${text}`);
        return text;
      },
      { timeout: TIME_LIMIT_MS, interval: 30 },
    );
  }

  /** The screen, without spaces at the ends of lines, except those before the cursor. */
  text(): string {
    const { active } = this.#screen.buffer;
    const lines = Array.from({ length: ROWS }, (_, row) => {
      const line = active.getLine(active.baseY + row)?.translateToString(true) ?? "";
      return row === active.cursorY ? line.padEnd(active.cursorX) : line;
    });
    return lines.join("\n").replace(/\n+$/, "");
  }

  close(): Promise<unknown> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    this.#process.stdout.destroy();
    this.#screen.dispose();
    return ended;
  }
}
