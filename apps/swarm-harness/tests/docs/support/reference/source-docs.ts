import { readFileSync } from "node:fs";
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
