// Records the Engine API calls of the command, and refuses those that are not in the table of its calls. Processes of the command
// load this module first, through NODE_OPTIONS; tests that run the command in their own process call recordCalls().
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { templateOf } from "./call-template.mjs";
import { allowedCalls, TABLE } from "./table.mjs";

/** As the client of an engine sends it, and no other client of a test does. */
const USER_AGENT = "openfactory-deploy";
/** The file that gets a line for each run, `plan docker`, and for each kind of call of a run, `plan docker GET /info`. */
const FILE = process.env.ENGINE_CALLS_FILE;
/** Set while the table is recorded: all calls are allowed. */
const ALL_ALLOWED = process.env.ENGINE_CALLS_RECORD === "1";

/** @type {AsyncLocalStorage<Run>} */
const current = new AsyncLocalStorage();

/** @typedef {{ command: string, platform: string, seen: Set<string>, refused: (message: string) => void, file?: string | undefined }} Run */

function append(file, line) {
  try {
    if (file) appendFileSync(file, `${line}\n`);
  } catch {
    // A test may run the command as a user who can't write the file.
  }
}

/** @returns {Run} */
function begin(args, env, refused, file = FILE) {
  const name = args[0] === "__complete" ? "__complete" : (args.find((arg) => arg in TABLE.commands) ?? args[0] ?? "");
  const option = args.indexOf("--platform");
  const [, inOne] = /^--platform=(.*)/.exec(args.find((arg) => arg.startsWith("--platform=")) ?? "") ?? [];
  const platform = inOne ?? (option < 0 ? (env.DEPLOYMENT_PLATFORM ?? "docker") : args[option + 1]);
  // `up --dry-run` is a plan.
  const command = name === "up" && args.includes("--dry-run") ? "plan" : name;
  append(file, `${command} ${platform}`);
  return { command, platform, seen: new Set(), refused, file };
}

function onRequest({ request }, run) {
  if (run === undefined || request.getHeader("user-agent") !== USER_AGENT) return;
  const { command, platform, seen, refused, file } = run;
  // Of shells, which complete the names of any command.
  if (command === "__complete") return;
  const call = templateOf(request.method, request.path);
  // Of Podman's own API.
  if (seen.has(call) || call.startsWith("GET /libpod/")) return;
  seen.add(call);
  append(file, `${command} ${platform} ${call}`);
  if (ALL_ALLOWED || allowedCalls(command, platform).includes(call)) return;
  refused(`\`ofdeploy ${command}\` on ${platform} made a call that apps/cli/engine-calls.json does not list: ${call}`);
}

/**
 * Runs the command in this process.
 * @template Result
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {() => Promise<Result>} work
 * @param {string} [file] default: that of ENGINE_CALLS_FILE; empty for none
 * @returns {Promise<Result>}
 * @throws Error for a call outside of the table
 */
export async function recordCalls(args, env, work, file) {
  /** @type {string[]} */
  const refused = [];
  const result = await current.run(
    begin(args, env, (message) => refused.push(message), file),
    work,
  );
  if (refused.length > 0) throw new Error(refused.join("\n"));
  return result;
}

const isCommand = basename(process.argv[1] ?? "") === "ofdeploy.js";
const own = isCommand
  ? begin(process.argv.slice(2), process.env, (message) => {
      process.stderr.write(`${message}\n`);
      process.exit(70);
    })
  : undefined;
subscribe("http.client.request.start", (message) => onRequest(message, own ?? current.getStore()));
