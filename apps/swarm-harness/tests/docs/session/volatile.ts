/** Parts of an output that differ from run to run, and their common form. */
const VOLATILE: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"],
  [/\b\d+(\.\d+)? ?(ms|s|m|h|min|seconds|minutes) ago\b/g, "AGE ago"],
  [/\b\d+(\.\d+)? (ms|s|min)\b/g, "DURATION"],
  [/\bsha256:[\da-f]{7,}/g, "DIGEST"],
  [/\b[\da-f]{12,}\b/g, "ID"],
  [/\b[\da-z]{25}\b/g, "ID"],
  [/\binstance [\da-z]{12}\b/g, "instance ID"],
  [/(\[::ffff:)?\b\d+\.\d+\.\d+\.\d+\]?:\d{2,5}\b/g, "ADDRESS"],
  [/\b(10|172)\.\d+\.\d+\.\d+\b/g, "ADDRESS"],
  [/\bnode-\d+\b/g, "NODE"],
  [/\b\d+ (passed|skipped|failed)\b|\(\d+\)/g, "COUNT"],
  [/ {2,}/g, " "],
];

const normalize = (line: string): string =>
  VOLATILE.reduce((text, [pattern, form]) => text.replaceAll(pattern, form), line).trim();

/** The lines, without repetitions: how often a process that fails has been restarted depends on the machine. */
const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map(normalize)
    .filter((line, at, all) => line !== all[at - 1]);

/** Whether an output equals the one of a page, except for parts that differ from run to run. `...` stands for any lines. */
export function showsSame(actual: string, shown: string): boolean {
  const [lines, expected] = [linesOf(actual), linesOf(shown)];
  const matches = (at: number, from: number): boolean => {
    if (at === expected.length) return from === lines.length;
    if (expected[at] !== "...") return expected[at] === lines[from] && from < lines.length && matches(at + 1, from + 1);
    for (let next = from; next <= lines.length; next += 1) if (matches(at + 1, next)) return true;
    return false;
  };
  return matches(0, 0);
}
