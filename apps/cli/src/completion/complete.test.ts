import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Io, Output } from "../io.js";
import { completeCommand } from "./complete.js";

/** What `__complete` prints for these words, of which the last one is at the cursor. */
async function complete(folder: string, ...words: string[]): Promise<string> {
  let text = "";
  const stdout: Output = { write: (part) => void (text += part), drained: async () => {} };
  const io: Io = {
    stdin: (async function* () {})(),
    stdout,
    stderr: { write() {}, drained: async () => {} },
    env: { DOCKER_CONFIG: folder, OFDEPLOY_COMPLETION_TIMEOUT: "20s" },
    cwd: folder,
    signals: new EventEmitter(),
    exit() {},
  };
  await completeCommand([String(words.length - 1), ...words], io);
  return text;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "complete-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

// Escape sequences, a C1 control, a carriage return, an override of the text direction, an isolate and a mark.
const HOSTILE = ["\u001b]0;title\u0007", "\u009b2J", "\r", "\u202e", "\u2066", "\u200f"];

test("names of contexts with control or bidi characters are not offered, and descriptions lack these characters", async () => {
  const folder = temporaryFolder();
  const names = ["plant", ...HOSTILE.map((characters) => `plant${characters}a`)];
  names.forEach((Name, index) => {
    const meta = join(folder, "contexts", "meta", `m${index}`);
    mkdirSync(meta, { recursive: true });
    writeFileSync(
      join(meta, "meta.json"),
      JSON.stringify({ Name, Metadata: { Description: `d${HOSTILE.join("e")}` } }),
    );
  });
  const printed = await complete(folder, "--context", "");
  expect(printed.split("\n").map((line) => line.split("\t")[0])).toEqual(["default", "plant", ":done", ""]);
  expect(printed).not.toMatch(/[^\P{Cc}\t\n]|\p{Cf}/u);
});

test("names of apps with control or bidi characters are not offered", async () => {
  const folder = temporaryFolder();
  const names = ["web", ...HOSTILE.map((characters) => `web${characters}a`)];
  const apps = Object.fromEntries(names.map((name) => [name, { uuid: "A", image: "demo" }]));
  // YAML accepts most of these characters only as escape sequences.
  const escaped = JSON.stringify({ name: "hall", apps }).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  writeFileSync(join(folder, "app.yml"), escaped);
  const printed = await complete(folder, "-f", join(folder, "app.yml"), "plan", "");
  expect(printed.split("\n").map((line) => line.split("\t")[0])).toEqual(["web", ":done", ""]);
});
