// The table of the calls of each command: apps/cli/engine-calls.json.
import { readFileSync } from "node:fs";

export const TABLE_FILE = new URL("../../../cli/engine-calls.json", import.meta.url);
export const TABLE = JSON.parse(readFileSync(TABLE_FILE, "utf8"));

export const isWrite = (call) => !/^(GET|HEAD) /.test(call);

/** @returns {boolean} whether a command has calls that change something, on any platform */
export const changes = (command) =>
  Object.values(TABLE.commands[command] ?? {})
    .flat()
    .some(isWrite);

/** The read calls of all commands on a platform. */
const reads = (platform) =>
  Object.values(TABLE.commands)
    .flatMap((own) => own[platform] ?? [])
    .filter((call) => !isWrite(call));

export function allowedCalls(command, platform) {
  const own = TABLE.commands[command]?.[platform];
  if (own === undefined) return [];
  // A change reads whatever explains a failure, which depends on what fails.
  const common = changes(command) ? [...TABLE.everyChange[platform], ...reads(platform)] : [];
  return [...new Set([...TABLE.everyCommand[platform], ...own, ...common])].sort(byPath);
}

export const byPath = (a, b) => {
  const key = (call) => call.split(" ").toReversed().join(" ");
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
};
