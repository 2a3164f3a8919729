// Compares a recording of all calls of a test run with the table of calls. Prints a summary, and each entry that no run made.
//   node check-recording.mjs <file>           exit code 1 if a plan made a write call
//   node check-recording.mjs <file> --write   adds the recorded calls to the table (for a run with ENGINE_CALLS_RECORD=1)
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { byPath, changes, isWrite, TABLE, TABLE_FILE } from "./table.mjs";

const PLATFORMS = ["docker", "swarm"];

export function readRecording(text) {
  const runs = {};
  const calls = {};
  for (const line of new Set(text.split("\n").filter(Boolean))) {
    const [command, platform, ...call] = line.split(" ");
    if (call.length > 0) ((calls[command] ??= {})[platform] ??= []).push(call.join(" "));
  }
  for (const line of text.split("\n")) {
    const [command, , call] = line.split(" ");
    if (command && call === undefined) runs[command] = (runs[command] ?? 0) + 1;
  }
  return { runs, calls };
}

/** The entries of the table that the recording lacks: `plan docker GET /info`. */
export function neverMade({ calls }, table = TABLE) {
  const made = (platform, filter = () => true) =>
    Object.entries(calls)
      .filter(([command]) => filter(command))
      .flatMap(([, byPlatform]) => byPlatform[platform] ?? []);
  const missing = (name, entries = [], found = []) =>
    entries.filter((call) => !found.includes(call)).map((call) => `${name} ${call}`);
  return PLATFORMS.flatMap((platform) => [
    ...missing(`every command ${platform}`, table.everyCommand[platform], made(platform)),
    ...missing(`every change ${platform}`, table.everyChange[platform], made(platform, changes)),
    ...Object.entries(table.commands).flatMap(([command, own]) =>
      missing(`${command} ${platform}`, own[platform], calls[command]?.[platform]),
    ),
  ]);
}

/** The table with the recorded calls. */
function withRecorded({ calls }) {
  const commands = { ...TABLE.commands };
  for (const [command, byPlatform] of Object.entries(calls)) {
    for (const platform of PLATFORMS.filter((name) => byPlatform[name])) {
      const all = [...(commands[command]?.[platform] ?? []), ...byPlatform[platform]];
      const own = [...new Set(all)].filter((call) => !TABLE.everyCommand[platform].includes(call)).sort(byPath);
      commands[command] = { ...commands[command], [platform]: own };
    }
  }
  return { ...TABLE, commands: Object.fromEntries(Object.entries(commands).sort()) };
}

function main(file, write) {
  const recording = readRecording(readFileSync(file, "utf8"));
  if (write) return writeFileSync(TABLE_FILE, `${JSON.stringify(withRecorded(recording), undefined, 2)}\n`);
  const missing = neverMade(recording);
  const entries = Object.values(TABLE.commands).flatMap((own) => Object.values(own).flat());
  const writes = Object.values(recording.calls.plan ?? {})
    .flat()
    .filter(isWrite);
  const runs = Object.values(recording.runs).reduce((sum, count) => sum + count, 0);
  const made = `${entries.length - missing.length} of the ${entries.length} listed calls`;
  const lines = [
    `${runs} runs of the command made ${made}.`,
    `${recording.runs.plan ?? 0} runs of plan made ${writes.length} kinds of write calls.`,
    ...missing.map((entry) => `never made, but listed in apps/cli/engine-calls.json: ${entry}`),
    ...writes.map((call) => `plan made a write call: ${call}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  // Some calls are made only in races and after failures, so that a missing one is no failure.
  if (writes.length > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv[2], process.argv[3] === "--write");
