import type { FieldChange } from "@openfactory/deployer";
import { harmless, type Style } from "./style.js";

const INDENT = "      ";
const NOTHING = "(none)";
const HIDDEN = "(hidden)";

/** Each change on a line, `path  from => to`; on three where that is wider than the terminal. No value is cut. */
export function changeLines(
  changes: readonly FieldChange[],
  { style, width = Infinity }: { style: Style; width?: number | undefined },
): string[] {
  const column = Math.max(0, ...changes.map(({ path }) => path.length));
  return changes.flatMap((change) => {
    const path = harmless(change.path);
    const [from, to] = [valueText(change.from, change), valueText(change.to, change)];
    const line = `${INDENT}${path.padEnd(Math.min(column, 40))}  ${from} => ${to}`;
    if (line.length <= width)
      return [`${INDENT}${path.padEnd(Math.min(column, 40))}  ${from} ${style("dim", "=>")} ${to}`];
    return [`${INDENT}${path}`, `${INDENT}  ${style("red", "-")} ${from}`, `${INDENT}  ${style("green", "+")} ${to}`];
  });
}

/** One line: a value of several shows its line ends. */
function valueText(value: string | undefined, { masked }: FieldChange): string {
  if (value === undefined) return NOTHING;
  if (masked) return HIDDEN;
  return value === "" ? '""' : harmless(value.replaceAll("\n", "\\n"));
}
