import { PLATFORMS, READ_COMMANDS } from "../../../engine-calls/socket-proxies.js";
import { allowedCalls, byPath, changes, TABLE } from "../../../engine-calls/table.mjs";
import { code, page, table } from "./markdown.js";

type Platform = (typeof PLATFORMS)[number];

const commandsOn = (platform: Platform): string[] =>
  Object.keys(TABLE.commands).filter((command) => allowedCalls(command, platform).length > 0);

/** The commands that make a call: "all", or their names. */
function callersOf(call: string, platform: Platform): string {
  if (TABLE.everyCommand[platform].includes(call)) return "all commands";
  const all = commandsOn(platform).filter((command) => allowedCalls(command, platform).includes(call));
  if (!TABLE.everyChange[platform].includes(call)) return all.map(code).join(", ");
  return ["every command that changes something", ...all.filter((command) => !changes(command)).map(code)].join(", ");
}

function callsOf(platform: Platform): string {
  const calls = [...new Set(commandsOn(platform).flatMap((command) => allowedCalls(command, platform)))].sort(byPath);
  return table(
    ["call", "commands"],
    calls.map((call) => [code(call), callersOf(call, platform)]),
  );
}

/** The calls of each command to an engine. */
export const engineCallsPage = (): string =>
  page(
    "Calls to the engine",
    "The calls of each command to the [Engine API](https://docs.docker.com/reference/api/engine/), without the API version. All tests on engines check that a command makes no other call. `{id}` is a name or an id, `{name}` the name of an image, with its slashes. The same as JSON: [engine-calls.json](../../apps/cli/engine-calls.json).",
    `These commands make only read calls: ${READ_COMMANDS.map(code).join(", ")}. \`up --dry-run\` makes the calls of \`plan\`. The guide [Give read-only access](../how-to/least-privilege.md) has configurations of proxies for them.`,
    ...PLATFORMS.flatMap((platform) => [`## Platform ${platform}`, callsOf(platform)]),
    "On Podman, commands also call `GET /libpod/pods/json`; if it is refused, pods are not recognized. `GET /version` is called if an engine is newer than `ofdeploy`, and `GET /info` if a call fails because of the swarm's state.",
  );
