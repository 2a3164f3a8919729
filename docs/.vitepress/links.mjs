import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The anchor of a heading, as on GitHub, so that a link works in both places. */
export const githubAnchor = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");

/** The page of the site that a Markdown file of the repository becomes, both relative. Undefined if it is not on the site. */
export function pageOf(file) {
  const readme = /^(?:packages|apps)\/([\w-]+)\/README\.md$/.exec(file);
  if (readme !== null && readme[1] !== "swarm-harness") return `reference/packages/${readme[1]}.md`;
  if (file.startsWith("docs/")) return file.slice("docs/".length).replace(/README\.md$/, "index.md");
  return undefined;
}

/** Points relative links to pages of the site, or to the repository if their target is not on the site. */
export function linksToSite(markdown, repository) {
  markdown.core.ruler.after("inline", "links_to_site", ({ tokens, env }) => {
    const from = env.realPath ?? env.path;
    if (from === undefined) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== "link_open" || token.attrGet("class") === "header-anchor") continue;
      const target = targetOf(token.attrGet("href"), from, repository);
      if (target !== undefined) token.attrSet("href", target);
    }
  });
}

/** The new address of a link in the file `from`. Undefined if it stays. */
function targetOf(link, from, repository) {
  if (/^(?:[a-z][a-z\d+.-]*:|#|\/)/i.test(link)) return undefined;
  const [path, anchor] = link.split("#");
  const file = relative(root, join(dirname(from), decodeURIComponent(path)));
  const isFolder = existsSync(join(root, file)) && statSync(join(root, file)).isDirectory();
  const index = ["README.md", "index.md"].map((name) => join(file, name)).find((name) => existsSync(join(root, name)));
  const page = pageOf(isFolder ? (index ?? join(file, "README.md")) : file);
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (page?.endsWith(".md") && (!isFolder || index !== undefined)) return `/${page}${hash}`;
  return `${repository}/${isFolder ? "tree" : "blob"}/main/${file}${hash}`;
}
