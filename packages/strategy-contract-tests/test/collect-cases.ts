import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));
const CONTRACT = "strategy contract: all cases > ";

let collected: Promise<string[]> | undefined;

/** The names of all cases of the contract, in the order in which they run. Vitest lists them, so parameters are resolved. */
export const collectCases = (): Promise<string[]> => (collected ??= listCases());

async function listCases(): Promise<string[]> {
  const words = ["list", "--config", `${here}/all-cases.config.ts`, "--no-static-parse", "--json"];
  const { stdout } = await run(`${root}/node_modules/.bin/vitest`, words, { cwd: root, maxBuffer: 2 ** 24 });
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name.slice(CONTRACT.length));
}
