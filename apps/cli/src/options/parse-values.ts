import { InvalidArgumentError, type Option } from "commander";
import { UsageError } from "../errors.js";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Parses `90`, `90s`, `2m`, `1m30s`, `500ms` to milliseconds. A number without a unit is seconds. */
export function parseDuration(text: string): number {
  const withUnit = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text;
  // After each unit.
  const parts = withUnit.split(/(?<=[a-z])(?=\d)/);
  const total = parts.reduce((sum, part) => {
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(part) ?? [];
    if (amount === undefined) {
      throw new InvalidArgumentError("Expected seconds, or a duration such as 90s, 2m or 1m30s.");
    }
    return sum + Number(amount) * (UNITS[unit] ?? 0);
  }, 0);
  // The longest delay of a Node timer: 2^31 - 1 ms.
  if (total < 1 || total > 2 ** 31 - 1) throw new InvalidArgumentError("Expected a duration between 1ms and 24 days.");
  return Math.round(total);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 10_000) {
    throw new InvalidArgumentError("Expected a whole number from 1 to 10000.");
  }
  return count;
}

/** Parses `web=3` to `{web: 3}`, added to the apps before. */
export function collectReplicas(text: string, before: Record<string, number> = {}): Record<string, number> {
  const equals = text.lastIndexOf("=");
  const [app, count] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)];
  if (app === "" || !/^\d{1,7}$/.test(count) || Number(count) > 1_000_000) {
    throw new InvalidArgumentError("Expected app=replicas, such as web=3, with at most 1000000.");
  }
  if (Object.hasOwn(before, app)) throw new InvalidArgumentError(`The app ${app} is given twice.`);
  return { ...before, [app]: Number(count) };
}

export function parseLines(text: string): number | undefined {
  if (text === "all") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a number of lines, or all.");
  return Number(text);
}

/** Parses a duration before now (`10m`), or an ISO date. */
export function parseSince(text: string): Date {
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text);
  try {
    return new Date(Date.now() - parseDuration(text));
  } catch {
    throw new InvalidArgumentError(
      "Expected a duration such as 90s or 1m30s, or an ISO date such as 2026-01-31T08:00:00Z.",
    );
  }
}

/** Parses `key=value`, added to the pairs before. */
export function collectOption(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected key=value.");
  const key = text.slice(0, at);
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`The option ${key} is given twice.`);
  return { ...before, [key]: text.slice(at + 1) };
}

/** Adds a variable to those before. Its value may be secret: no error repeats it. @throws UsageError */
export function collectVariable(text: string, before: string[] = []): string[] {
  if (text.indexOf("=") < 1) throw new UsageError("A variable of --env has no value.", "Write --env KEY=VALUE.");
  return [...before, text];
}

/** Adds a value to the values before. */
export const collect = (text: string, before: string[] = []): string[] => [...before, notEmpty(text)];

/** Adds the values of a comma-separated list to the values before. */
export const collectList = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(",").map((value) => notEmpty(value.trim())),
];

/** Makes an option fail when it is given twice, because one of its values would be ignored. */
export const single = <Value>(option: Option, parse: (text: string) => Value = (text) => text as Value): Option =>
  option.argParser((text: string, before: Value | undefined) => {
    if (before !== undefined) throw givenTwice(option);
    return parse(notEmpty(text));
  });

export const givenTwice = ({ long }: Pick<Option, "long">): UsageError =>
  new UsageError(`${long} is given twice.`, `Pass ${long} once.`);

/** An unset variable of a shell becomes an empty argument. */
const notEmpty = (text: string): string => {
  if (text === "") throw new InvalidArgumentError("The value is empty.");
  return text;
};
