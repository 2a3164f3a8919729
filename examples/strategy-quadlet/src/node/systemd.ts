import { attempt, must } from "./commands.js";
import { type CommandResult, type Host } from "./host.js";

/** The state of a service of systemd. */
export interface UnitState {
  /** `loaded`, `not-found`, `masked`, ... */
  readonly load: string;
  /** The file that the unit was made from: its Quadlet file, or the unit file itself. */
  readonly source: string;
  /** `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`. */
  readonly active: string;
  /** `running`, `exited`, `auto-restart`, ... */
  readonly sub: string;
  readonly result: string;
  /** Identifies the run. Empty before the first one. */
  readonly invocation: string;
  /** As in a shell: 128 and the signal, for a process that a signal ended. */
  readonly exitCode: number;
  /** Milliseconds since 1970; 0 if it has not started. */
  readonly startedAt: number;
  /** Milliseconds since 1970; 0 if it has not ended. */
  readonly endedAt: number;
  /** The number of automatic restarts. */
  readonly restarts: number;
}

const PROPERTIES = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "FragmentPath",
  "SourcePath",
  "InvocationID",
  "ExecMainCode",
  "ExecMainStatus",
  "ExecMainStartTimestamp",
  "ExecMainExitTimestamp",
  "NRestarts",
];

/** CLD_EXITED of waitid(2). */
const EXITED = "1";

/** `Sat 2026-11-28 22:15:55.123456 UTC` */
function time(text = ""): number {
  const [, date, clock] = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\d* UTC$/.exec(text) ?? [];
  return date === undefined ? 0 : Date.parse(`${date}T${clock}Z`);
}

export const serviceUnit = (name: string): string => `${name}.service`;

/** The states of services, by name. A unit that does not exist has the load state `not-found`. */
export async function unitStates(
  host: Host,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, UnitState>> {
  if (names.length === 0) return new Map();
  const words = ["systemctl", "show", "--timestamp=us+utc", `--property=${PROPERTIES.join(",")}`, "--"];
  const output = await must(host, [...words, ...names.map(serviceUnit)], { signal });
  return new Map(
    output
      .trim()
      .split("\n\n")
      .map((block) => {
        const found = new Map(block.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
        return [(found.get("Id") ?? "").replace(/\.service$/, ""), unitState(found)];
      }),
  );
}

function unitState(found: ReadonlyMap<string, string>): UnitState {
  const text = (key: string): string => found.get(key) ?? "";
  const status = Number(text("ExecMainStatus"));
  return {
    load: text("LoadState"),
    source: text("SourcePath") || text("FragmentPath"),
    active: text("ActiveState"),
    sub: text("SubState"),
    result: text("Result"),
    invocation: text("InvocationID"),
    exitCode: text("ExecMainCode") === EXITED || status === 0 ? status : 128 + status,
    startedAt: time(text("ExecMainStartTimestamp")),
    endedAt: time(text("ExecMainExitTimestamp")),
    restarts: Number(text("NRestarts")),
  };
}

/** Makes systemd read the unit files. */
export const reloadUnits = async (host: Host): Promise<void> => void (await must(host, ["systemctl", "daemon-reload"]));

/** Starts or restarts a service, and returns when its process was started. */
export const startUnit = (
  host: Host,
  name: string,
  verb: "start" | "restart",
  signal?: AbortSignal,
): Promise<CommandResult> => attempt(host, ["systemctl", verb, "--", serviceUnit(name)], { signal });

/** Stops a service within its grace period. */
export const stopUnit = async (host: Host, name: string): Promise<void> =>
  void (await must(host, ["systemctl", "stop", "--", serviceUnit(name)]));

/** Removes what systemd remembers of earlier runs: a failure, and starts that count to the limit of starts. */
export const forgetUnit = async (host: Host, name: string): Promise<void> =>
  void (await attempt(host, ["systemctl", "reset-failed", "--", serviceUnit(name)]));
