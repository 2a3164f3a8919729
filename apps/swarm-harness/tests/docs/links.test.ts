import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((page) => page !== "" && existsSync(join(root, page)));

/** The text without code blocks and comments, in which links and headings have no meaning. */
const proseOf = (text: string): string =>
  text.replace(/^( *)(`{3,}|~{3,})[\s\S]*?^ *\2 *$/gm, "").replace(/<!--[\s\S]*?-->/g, "");

/** The targets of inline links, reference definitions and images. */
const linksOf = (text: string): string[] => {
  const prose = proseOf(text).replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "code");
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)/g)];
  const definitions = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm)];
  return [...inline, ...definitions].map(([, target = ""]) => target);
};

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(text).matchAll(/^ {0,3}#{1,6} +(.+?)(?: +#+)? *$/gm)) {
    const words = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, "").replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** A page is the target of many links. */
const knownAnchors = new Map<string, Set<string>>();

function anchorsIn(page: string): Set<string> {
  const known = knownAnchors.get(page) ?? anchorsOf(readFileSync(page, "utf8"));
  knownAnchors.set(page, known);
  return known;
}

/** The page of a link: a link to a directory shows its README. */
const pageAt = (path: string): string => (statSync(path).isDirectory() ? join(path, "README.md") : path);

/** The problem of a link; undefined if its target exists. */
function problemOf(link: string, page: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return undefined;
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? join(root, page) : join(root, dirname(page), decodeURIComponent(path));
  if (relative(root, target).startsWith("..")) return `${link} points outside of the repository`;
  if (!existsSync(target)) return `${link} points to no file`;
  if (anchor === undefined) return undefined;
  const shown = pageAt(target);
  const isHeading = existsSync(shown) && shown.endsWith(".md") && anchorsIn(shown).has(decodeURIComponent(anchor));
  return isHeading ? undefined : `${link} points to no heading`;
}

test("the repository has Markdown files to check", () => {
  expect(pages).toContain("README.md");
  expect(pages).toContain("docs/explanation/architecture.md");
  expect(pages.flatMap((page) => linksOf(readFileSync(join(root, page), "utf8"))).length).toBeGreaterThan(100);
});

test.each(pages)("each relative link of %s points to an existing file or heading", (page) => {
  const links = linksOf(readFileSync(join(root, page), "utf8"));
  expect(links.flatMap((link) => problemOf(link, page) ?? [])).toEqual([]);
});

describe("docs/explanation/architecture.md", () => {
  const page = "docs/explanation/architecture.md";
  const text = readFileSync(join(root, page), "utf8");

  test("each name that links to a source file occurs in that file", () => {
    const named = [...text.matchAll(/\[`(\w+)`\]\(([^)#]+\.(?:ts|js|mjs))\)/g)];
    expect(named.length).toBeGreaterThan(50);
    const missing = named.filter(([, name = "", path = ""]) => {
      const source = readFileSync(join(root, dirname(page), path), "utf8");
      return !new RegExp(`(?:function\\*?|const|class|interface|type) ${name}\\b|^  ${name}[(:]`, "m").test(source);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  test("the diagram of the packages shows the layers of the lint", async () => {
    const [, diagram = ""] = /```mermaid\nflowchart TD\n([\s\S]*?)```/.exec(text) ?? [];
    const names = new Map(packageNames().map(({ name, folder }) => [name, basename(folder)]));
    const shown = diagram.split("\n").flatMap((line) => {
      const [, from, dotted, to] = /^ *(.+?) (?:-->|(-\. "types only" \.->)) (.+)$/.exec(line) ?? [];
      return nodes(from).flatMap((a) => nodes(to).map((b) => `${a} -> ${b}${dotted === undefined ? "" : " (types)"}`));
    });
    expect(shown.sort()).toEqual((await allowedImports(names)).sort());
  });
});

/** The ids in one side of an arrow, such as `cli["apps/cli"] & core`. */
const nodes = (side = ""): string[] => [...side.replace(/\[.*?\]/g, "").matchAll(/[\w-]+/g)].map(([id]) => id);

const packageNames = (): { name: string; folder: string }[] =>
  globSync("{packages,apps,tooling}/*/package.json", { cwd: root }).map((path) => ({
    name: (JSON.parse(readFileSync(join(root, path), "utf8")) as { name: string }).name,
    folder: dirname(path),
  }));

interface Override {
  files: string[];
  rules: { "no-restricted-imports"?: [string, { patterns: { group: string[]; allowTypeImports?: boolean }[] }] };
}

/** The imports that the lint does not refuse, as `cli -> core`. */
async function allowedImports(names: ReadonlyMap<string, string>): Promise<string[]> {
  const config = (await import(join(root, "tooling/lint/oxlint.config.mjs"))) as { default: { overrides: Override[] } };
  const layers = config.default.overrides.flatMap(({ files, rules }) => {
    const folder = /^\*\*\/\w+\/([\w-]+)\/src\/\*\*\/\*\.ts$/.exec(files[0] ?? "")?.[1];
    const patterns = rules["no-restricted-imports"]?.[1].patterns;
    return folder === undefined || patterns === undefined ? [] : [{ folder, patterns }];
  });
  const workspace = new Set(layers.flatMap(({ patterns }) => patterns.map(({ group: [name = ""] }) => name)));
  return layers.flatMap(({ folder, patterns }) =>
    [...workspace].flatMap((name) => {
      const target = names.get(name);
      if (target === undefined || target === folder) return [];
      const refused = patterns.find(({ group }) => group[0] === name);
      if (refused === undefined) return [`${folder} -> ${target}`];
      return refused.allowTypeImports ? [`${folder} -> ${target} (types)`] : [];
    }),
  );
}
