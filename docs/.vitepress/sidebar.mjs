import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageOf } from "./links.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGES = ["apps/cli", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`)];

/** The sections, each with its first pages in order. The other pages of a section's folder follow by title. */
const SECTIONS = [
  { text: "Tutorial", folder: "tutorial", first: ["index"] },
  { text: "How-to guides", folder: "how-to", first: ["index"] },
  {
    text: "Reference",
    folder: "reference",
    first: ["index", "app-file", "command", "platforms", "compose", "openfactory", "vocabulary"],
  },
  { text: "Errors", folder: "errors", first: ["index"], collapsed: true },
  { text: "API", folder: "reference/api", first: ["index"], collapsed: true },
  { text: "Packages", files: PACKAGES.map((folder) => `${folder}/README.md`), collapsed: true },
  { text: "Explanation", folder: "explanation", first: ["index", "architecture"] },
  { text: "Decisions", folder: "explanation/adr", first: ["README"], collapsed: true },
  { text: "Write a strategy", files: [...pagesIn("strategy", ["index"]), "docs/contract.md"] },
  { text: "Conformance", folder: "conformance", first: ["index"], collapsed: true },
];

/** The sidebar of all pages. */
export const sidebar = () =>
  SECTIONS.map(({ text, folder, first, files = pagesIn(folder, first), ...rest }) => ({
    text,
    items: files.filter((file) => existsSync(join(root, file))).map(entry),
    ...rest,
  })).filter(({ items }) => items.length > 0);

function pagesIn(folder, first) {
  const path = join(root, "docs", folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path)
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -".md".length));
  const rank = (name) => (first.includes(name) ? first.indexOf(name) : first.length);
  return names
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name) => join("docs", folder, `${name}.md`));
}

const entry = (file) => ({
  text: titleOf(file),
  link: `/${pageOf(file)
    .replace(/\.md$/, "")
    .replace(/(^|\/)index$/, "$1")}`,
});

/** The first heading of a page. */
function titleOf(file) {
  const [, title = file] = /^# +(.+)$/m.exec(readFileSync(join(root, file), "utf8")) ?? [];
  return title.replaceAll("`", "").replace(/^@openfactory\//, "");
}
