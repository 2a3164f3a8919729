import type { SourceLocation } from "@openfactory/deploy-core";
import type { FieldChange } from "@openfactory/deployer";
import { stripControlChars, type Style } from "./format.js";
import { inFileUnits } from "./units.js";

const INDENT = "      ";
const NOTHING = "(none)";
const HIDDEN = "(hidden)";

/** Longest name that the values of all changes are aligned after. */
const MAX_COLUMN = 40;

/** Longest position that all names are aligned after. */
const MAX_PLACE = 20;

/** The name of a changed setting: its key in the file, as far as it has one: `ports[0] (8080/tcp)`. */
export const changeName = ({ path, key, item }: FieldChange): string =>
  key === undefined ? path : item === undefined ? key : `${key} (${item})`;

/** `openfactory.yml:12`, or `:12` in the file `base`. */
export const lineOf = ({ file, line }: SourceLocation, base?: string): string => `${file === base ? "" : file}:${line}`;

/**
 * Each change on a line, `:12  key  from => to`, or on three lines if it is wider than the terminal. No value is cut.
 * @param file the app's file, which the positions leave out.
 */
export function changeLines(
  changes: readonly FieldChange[],
  { style, width = Infinity, file }: { style: Style; width?: number | undefined; file?: string | undefined },
): string[] {
  const rows = changes.map((change) => ({
    change,
    name: stripControlChars(changeName(change)),
    place: change.location === undefined ? "" : stripControlChars(lineOf(change.location, file)),
  }));
  const column = Math.min(MAX_COLUMN, Math.max(0, ...rows.map(({ name }) => name.length)));
  const places = Math.min(MAX_PLACE, Math.max(0, ...rows.map(({ place }) => place.length)));
  return rows.flatMap(({ change, name, place }) => {
    const [from, to] = [valueText(change.from, change), valueText(change.to, change)];
    const margin = places === 0 ? INDENT : `${INDENT}${place.padStart(places)}  `;
    const line = `${margin}${name.padEnd(column)}  ${from} => ${to}`;
    const start = places === 0 ? INDENT : `${INDENT}${style("dim", place.padStart(places))}  `;
    if (line.length <= width) return [`${start}${name.padEnd(column)}  ${from} ${style("dim", "=>")} ${to}`];
    const indent = " ".repeat(INDENT.length + (places === 0 ? 0 : places + 2) + 2);
    return [`${start}${name}`, `${indent}${style("red", "-")} ${from}`, `${indent}${style("green", "+")} ${to}`];
  });
}

/** A value as one line, with newlines as `\n`. */
function valueText(value: string | undefined, { masked, path }: FieldChange): string {
  if (value === undefined) return NOTHING;
  if (masked) return HIDDEN;
  return value === "" ? '""' : stripControlChars(inFileUnits(path, value).replaceAll("\n", "\\n"));
}
