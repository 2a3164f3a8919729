import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** The Markdown files of the repository, relative to its root. Changelogs are written by a tool. */
export const pages: readonly string[] = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
  { cwd: root, encoding: "utf8" },
)
  .split("\n")
  .filter((page) => page !== "" && !page.endsWith("CHANGELOG.md") && !page.startsWith(".changeset/"))
  .filter((page) => existsSync(join(root, page)));

/**
 * A code block. Comments directly before it are its directives, one each, such as `<!-- unchecked: a shell of Windows -->`:
 *
 * - `unchecked`: the reason why the block can't be checked.
 * - `context`: TypeScript before the block: imports, and declarations of names that the reader knows from the text.
 * - `run`: the program is run. Its output is the text of the directive.
 * - `part of`: the place of a YAML fragment in an app file, such as `apps.web`; `file` for top-level keys.
 * - `hidden`, `not run`: in a page that is done step by step, a command that readers don't see, and why a block is left out.
 * - `files`, `variables`: what the YAML refers to, with commas.
 */
export interface CodeBlock {
  readonly page: string;
  /** The line of the first line of the text, from 1. */
  readonly line: number;
  /** Where the text starts in the page. */
  readonly offset: number;
  /** The first word after the fence, such as `ts`. */
  readonly language: string;
  /** The rest of that line. */
  readonly info: string;
  readonly text: string;
  readonly directives: ReadonlyMap<string, string>;
}

const FENCED = /^( *)(`{3,}|~{3,}) *([^\s`]*) *([^`\n]*)\n([\s\S]*?)^ *\2 *$/gm;
const COMMENTS_BEFORE = /(?:<!--(?:(?!-->)[\s\S])*-->\s*)+$/;

/** Returns the code blocks of a page in their order. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const source = readFileSync(join(root, page), "utf8");
  return [...source.matchAll(FENCED)].map((match) => {
    const [, indent = "", , language = "", info = "", text = ""] = match;
    const before = source.slice(0, match.index);
    return {
      page,
      line: before.split("\n").length + 1,
      offset: match.index + match[0].indexOf("\n") + 1,
      language,
      info,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      directives: directivesOf(COMMENTS_BEFORE.exec(before)?.[0] ?? ""),
    };
  });
}

/** A directive that is repeated has a value of several lines. */
function directivesOf(comments: string): Map<string, string> {
  const directives = new Map<string, string>();
  for (const [, name = "", value = ""] of comments.matchAll(/<!-- *([a-z ]+?)(?::\s*([\s\S]*?))?\s*-->/g)) {
    const earlier = directives.get(name);
    directives.set(name, earlier === undefined ? value : `${earlier}\n${value}`);
  }
  return directives;
}

/** The texts in backticks outside of code blocks, with their lines. */
export function inlineCodeOf(page: string): { text: string; line: number }[] {
  const source = readFileSync(join(root, page), "utf8").replaceAll(FENCED, (block) => block.replaceAll(/[^\n]/g, ""));
  return [...source.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map((match) => ({
    text: match[1] ?? "",
    line: source.slice(0, match.index).split("\n").length,
  }));
}

/** `README.md:12`, which terminals open. */
export const placeOf = ({ page, line }: Pick<CodeBlock, "page" | "line">): string => `${page}:${line}`;
