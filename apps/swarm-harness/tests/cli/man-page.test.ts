import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { run } from "ofdeploy";
import { expect, test } from "vitest";
import { captureIo } from "./support/run-ofdeploy.js";

const PAGE = fileURLToPath(new URL("../../../cli/dist/ofdeploy.1", import.meta.url));
const execute = promisify(execFile);

const missing = async (command: string): Promise<boolean> =>
  execute("which", [command]).then(
    () => false,
    () => true,
  );

test("the manual page has every command and its options", async () => {
  const page = (await readFile(PAGE, "utf8")).replaceAll("\\-", "-");
  const complete = async (...words: string[]): Promise<string[]> => {
    const io = captureIo(process.cwd());
    await run(["__complete", String(words.length - 1), ...words], io);
    return [...io.stdout.text.matchAll(/^([\w-]+)\t/gm)].map(([, word = ""]) => word);
  };
  const commands = await complete("");
  expect(commands.filter((command) => !page.includes(`.SS "ofdeploy ${command}`))).toEqual([]);
  for (const command of commands) {
    const absent = (await complete(command, "--")).filter((option) => option !== "--help" && !page.includes(option));
    expect(absent, command).toEqual([]);
  }
});

test("groff formats the manual page without warnings", async (context) => {
  if (await missing("groff")) context.skip("groff is not installed");
  const { stdout, stderr } = await execute("groff", ["-man", "-ww", "-Tutf8", "-z", PAGE]);
  expect(stderr).toBe("");
  expect(stdout).toBe("");
});
