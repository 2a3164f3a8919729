/** The entries of `apps:`, each as a range of the text that is YAML by itself. */
export interface SplitApps {
  /** Offset of the key `apps`. */
  offset: number;
  /** The apps, in order. Ranges follow each other without gaps. */
  entries: readonly SplitEntry[];
  /** The text with blanks instead of the entries, so that offsets stay the same. */
  rest: string;
}

/** From the start of the entry's first line to the start of the next entry. */
export interface SplitEntry {
  key: string;
  start: number;
  end: number;
  /** Offset of the key. */
  keyOffset: number;
}

const APPS = /^apps:[ ]*(?:#.*)?\r?$/;
/** The first line of an entry, with a key without quotes, anchors or variables. `__proto__` is a finding. */
const ENTRY = /^( +)(?!__proto__:)([A-Za-z_][\w.-]*):(?:[ ]|\r?$)/;
const BLANK = /^[ ]*(?:#.*)?\r?$/;

/**
 * Splits a file at its apps, whose lines show where they begin if the file is written in the usual way: one mapping `apps:` at the
 * top level, its entries below each other with the same indentation. The YAML parser decides whether the parts are what they seem
 * to be.
 * @returns undefined for any other text.
 */
export function splitApps(text: string): SplitApps | undefined {
  if (text.includes("\t")) return undefined;
  const entries: SplitEntry[] = [];
  const keys = new Set<string>();
  let offset = -1;
  let sectionEnd = -1;
  let indent = "";
  for (const [line, start] of linesOf(text)) {
    if (offset >= 0 && sectionEnd < 0) {
      // Deeper lines belong to the entry before.
      if (BLANK.test(line) || (entries.length > 0 && line.startsWith(`${indent} `))) continue;
      if (line.startsWith(" ")) {
        const [, spaces = "", key] = ENTRY.exec(line) ?? [];
        if (entries.length === 0) indent = spaces;
        if (key === undefined || spaces !== indent || keys.has(key)) return undefined;
        keys.add(key);
        const before = entries.at(-1);
        if (before !== undefined) before.end = start;
        entries.push({ key, start, end: text.length, keyOffset: start + indent.length });
        continue;
      }
      sectionEnd = start;
    }
    if (!APPS.test(line)) continue;
    if (offset >= 0) return undefined;
    offset = start;
  }
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (sectionEnd >= 0) last.end = sectionEnd;
  const blank = `${" ".repeat(last.end - first.start - 1)}\n`;
  const rest = text.slice(0, first.start) + blank + text.slice(last.end);
  return { offset, entries, rest };
}

/** The lines, without their ends, and their offsets. */
function* linesOf(text: string): Generator<[line: string, start: number]> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    yield [text.slice(start, end < 0 ? undefined : end), start];
    start = end < 0 ? text.length : end + 1;
  }
}
