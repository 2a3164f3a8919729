import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Variables of the tests' own npm and vitest, and of an engine or a platform. */
const OWN =
  /^(?:npm_(?:lifecycle|package|command|config_local_prefix)|INIT_CWD|VITEST|NODE_ENV|NODE_PATH|DOCKER_|DEPLOYMENT_|OFDEPLOY_)/;

/** npm's cache of this run: all builds have one version, and npx reuses an earlier build of a version that it has. */
const npmCache = mkdtempSync(join(tmpdir(), "openfactory-npm-"));
process.once("exit", () => rmSync(npmCache, { recursive: true, force: true }));

/** The environment of a user without a checkout: this Node, the system's npm, and no commands of the checkout. */
export function outsideEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OWN.test(name));
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.startsWith(root));
  const noProxy = [process.env["NO_PROXY"] ?? process.env["no_proxy"], "127.0.0.1"].filter(Boolean).join(",");
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), ...path].join(delimiter),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    NO_COLOR: "1",
    npm_config_cache: npmCache,
    ...more,
  };
}

/** Runs a command. Does not throw for an exit code other than 0. */
export function tryRun(
  command: string,
  args: readonly string[],
  cwd: string,
  env = outsideEnvironment(),
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const ran: Ran = { code: 1, out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ran.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ran.err += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code: code ?? 1 }));
  });
}

/** Runs a command. @throws an error with its output if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
): Promise<Ran> {
  const ran = await tryRun(command, args, cwd, env);
  if (ran.code === 0) return ran;
  throw new Error(`${command} ${args.join(" ")} failed with exit code ${ran.code}:\n${ran.out}\n${ran.err}`);
}
