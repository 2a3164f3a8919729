import type { LogEntry } from "@openfactory/deploy-core";
import { attempt } from "./node/commands.js";
import type { Host } from "./node/host.js";
import { serviceUnit } from "./node/systemd.js";

/** An entry of the journal (systemd.journal-fields(7)). A text that is not printable is a list of bytes. */
type JournalEntry = Readonly<Record<string, string | number[] | null | undefined>>;

/** journalctl with all fields, in full. */
const JOURNALCTL = ["journalctl", "--output=json", "--all", "--quiet", "--no-pager"];

const bytesOf = (message: JournalEntry[string]): Buffer =>
  typeof message === "string" ? Buffer.from(message) : Buffer.from(message ?? []);

/** The command that prints the output of a service since a time. @param since microseconds since 1970 */
export const journalCommand = (name: string, since: number, follow: boolean): string[] => [
  ...JOURNALCTL,
  `--since=@${Math.floor(since / 1_000_000)}`,
  ...(follow ? ["--follow", "--no-tail"] : []),
  `_SYSTEMD_UNIT=${serviceUnit(name)}`,
  `CONTAINER_NAME=${name}`,
];

const timestamp = (microseconds: string): string => {
  const seconds = new Date(Number(microseconds.slice(0, -6)) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${microseconds.slice(-6)}000Z`;
};

/** Turns entries of the journal into lines: conmon splits long ones. */
export class LineAssembler {
  readonly #service: string;
  readonly #since: number;
  readonly #parts = new Map<string, Buffer[]>();

  /** @param since microseconds since 1970; earlier entries belong to an earlier service of that name. */
  constructor(service: string, since: number) {
    this.#service = service;
    this.#since = since;
  }

  /** The line that this entry ends, if any. @param json a line of journalctl's output */
  add(json: string): LogEntry | undefined {
    const entry = JSON.parse(json) as JournalEntry;
    const time = String(entry["__REALTIME_TIMESTAMP"] ?? "0");
    if (entry["_COMM"] !== "conmon" || Number(time) < this.#since) return undefined;
    // conmon gives the priorities `info` and `err` to the two streams.
    const stream = entry["PRIORITY"] === "3" ? "stderr" : "stdout";
    const key = `${String(entry["CONTAINER_ID_FULL"])} ${stream}`;
    const parts = [...(this.#parts.get(key) ?? []), bytesOf(entry["MESSAGE"])];
    if (entry["CONTAINER_PARTIAL_MESSAGE"] === "true") {
      this.#parts.set(key, parts);
      return undefined;
    }
    this.#parts.delete(key);
    const line = Buffer.concat(parts)
      .toString("utf8")
      .replace(/\r?\n$/, "");
    return { service: this.#service, instance: this.#service, stream, timestamp: timestamp(time), line };
  }
}

/** The end of a process of a service. */
export interface ProcessExit {
  /** systemd's id of the run. */
  readonly invocation: string;
  /** 128 and the signal, for a process that a signal ended. */
  readonly exitCode: number;
}

/** systemd's message that the process of a unit has ended (systemd/sd-messages.h, SD_MESSAGE_UNIT_PROCESS_EXIT). */
const PROCESS_EXIT = "98e322203f7a4ed290d09fe03c09fe15";

/** The last end of a process of a service, also if it runs again. */
export async function lastExit(host: Host, name: string): Promise<ProcessExit | undefined> {
  const match = [`UNIT=${serviceUnit(name)}`, `MESSAGE_ID=${PROCESS_EXIT}`];
  const { stdout } = await attempt(host, [...JOURNALCTL, "--lines=1", ...match]);
  if (stdout.trim() === "") return undefined;
  const entry = JSON.parse(stdout) as JournalEntry;
  const status = Number(entry["EXIT_STATUS"]);
  return {
    invocation: String(entry["INVOCATION_ID"]),
    exitCode: entry["EXIT_CODE"] === "exited" ? status : 128 + status,
  };
}

const LAST_LINES = 10;

/** The last lines of the present run of a service. */
export async function lastLines(host: Host, name: string, invocation: string): Promise<string[]> {
  if (invocation === "") return [];
  const match = [`_SYSTEMD_INVOCATION_ID=${invocation}`, `CONTAINER_NAME=${name}`];
  const { stdout } = await attempt(host, [...JOURNALCTL, ...match]);
  const assembler = new LineAssembler(name, 0);
  const lines = stdout
    .split("\n")
    .filter(Boolean)
    .flatMap((json) => assembler.add(json) ?? []);
  return lines.slice(-LAST_LINES).map(({ line }) => line);
}

/** What Podman wrote about a start that failed. */
export async function startFailure(host: Host, name: string, invocation: string): Promise<string> {
  const match = [`_SYSTEMD_UNIT=${serviceUnit(name)}`, `_SYSTEMD_INVOCATION_ID=${invocation}`, "_COMM=podman"];
  const { stdout } = await attempt(host, [...JOURNALCTL, "--output=cat", ...match]);
  const lines = stdout.split("\n").filter((line) => line.startsWith("Error: "));
  return lines.at(-1)?.replace("Error: ", "") ?? "";
}
