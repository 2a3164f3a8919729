import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../pages.js";

export const sourceOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** The documentation comment of a member, as one line of Markdown. Empty if it has none. */
export function docOf(source: string, member: string): string {
  const found = new RegExp(String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n\s*(?:readonly )?${member}\??:`).exec(source);
  return found === null ? "" : docText(found[1] ?? "");
}

const docText = (comment: string): string =>
  comment
    .replaceAll(/^\s*\*? ?/gm, "")
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The text of an exported interface, with its comments. */
export function interfaceOf(source: string, name: string): string | undefined {
  const start = source.search(new RegExp(`^export interface ${name}\\b`, "m"));
  if (start < 0) return undefined;
  return source.slice(start, source.indexOf("\n}\n", start) + 2);
}

/** The sources below a folder of the repository, without tests. */
export const sourcesBelow = (folder: string): string[] =>
  globSync(`${folder}/**/*.ts`, { cwd: root })
    .filter((path) => !path.includes(".test."))
    .sort()
    .map(sourceOf);

/** The exported interface, type or constant with that name, with its comments. @throws Error if no source has it. */
export function declarationIn(sources: readonly string[], name: string): string {
  const begin = new RegExp(
    String.raw`^(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (interface|type|const) ${name}\b`,
    "m",
  );
  for (const source of sources) {
    const found = begin.exec(source);
    if (found === null) continue;
    const rest = source.slice(found.index);
    return rest.slice(0, found[1] === "interface" ? rest.indexOf("\n}\n") + 2 : rest.search(/;\n(?=\n|$)/) + 1);
  }
  throw new Error(`No source exports ${name}.`);
}
