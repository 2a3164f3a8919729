import type { CallTable } from "./table.mjs";

/** What a test run recorded: the number of runs by command, and the calls by command and platform. */
export interface Recording {
  readonly runs: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export function readRecording(text: string): Recording;
/** The entries of the table that the recording lacks: `plan docker GET /info`. */
export function neverMade(recording: Pick<Recording, "calls">, table?: CallTable): string[];
