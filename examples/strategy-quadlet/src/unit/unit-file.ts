/** The directives of a unit file, by section. A section may repeat a key. */
export type Sections = readonly (readonly [
  section: string,
  directives: readonly (readonly [key: string, value: string])[],
])[];

/** A unit file as text. @throws Error if a value contains a line break, which would add a directive. */
export function formatUnit(comments: readonly string[], sections: Sections): string {
  const lines = comments.map((comment) => `# ${comment}`);
  for (const [section, directives] of sections) {
    if (directives.length === 0) continue;
    lines.push("", `[${section}]`, ...directives.map(([key, value]) => `${key}=${value}`));
  }
  // A backslash at the end of a line would continue it on the next one.
  const wrong = lines.find((line) => /[\n\r\0]|\\$/.test(line));
  if (wrong !== undefined) throw new Error(`A directive has a value of several lines: ${wrong.split("=")[0]}.`);
  return `${lines.join("\n").trimStart()}\n`;
}

/** The last value of each key of a section of a unit file that {@link formatUnit} wrote. Undefined without the section. */
export function readSection(text: string, section: string): ReadonlyMap<string, string> | undefined {
  let current: string | undefined;
  let found: Map<string, string> | undefined;
  for (const line of text.split("\n")) {
    const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      current = name;
      if (name === section) found ??= new Map();
    } else if (current === section && !/^[#;]/.test(line)) {
      const equals = line.indexOf("=");
      if (equals > 0) found?.set(line.slice(0, equals), line.slice(equals + 1));
    }
  }
  return found;
}
