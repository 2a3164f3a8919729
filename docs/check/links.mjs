import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The dead links of a built site, as `page: link`. A page is the path of its file without `.html`, as the server and GitHub
 * Pages answer it.
 * @param base the path of the site, such as `/openfactory-deploy/`
 */
export function deadLinks(folder, base) {
  const pages = new Map(
    globSync("**/*.html", { cwd: folder }).map((file) => {
      const html = readFileSync(join(folder, file), "utf8");
      return [file.replace(/(^|\/)index\.html$/, "$1").replace(/\.html$/, ""), html];
    }),
  );
  const files = new Set(globSync("**/*.*", { cwd: folder }));
  const anchors = new Map([...pages].map(([page, html]) => [page, idsOf(html)]));
  const dead = [];
  let count = 0;
  for (const [page, html] of pages) {
    for (const link of linksOf(html)) {
      count += 1;
      const { origin, pathname, hash } = new URL(link, `http://site${base}${page}`);
      if (origin !== "http://site") continue;
      const target = decodeURIComponent(pathname.slice(base.length));
      const isPage = pathname.startsWith(base) && anchors.has(target);
      const isFile = pathname.startsWith(base) && files.has(target);
      const hasAnchor = hash === "" || !isPage || anchors.get(target).has(decodeURIComponent(hash.slice(1)));
      if (!(isPage || isFile) || !hasAnchor) dead.push(`${page || "index"}: ${link}`);
    }
  }
  return { pages: [...pages.keys()], links: count, dead: [...new Set(dead)] };
}

const linksOf = (html) =>
  [...html.matchAll(/<(?:a|link|img|script)\b[^>]*? (?:href|src)="([^"]*)"/g)].map(([, link]) => decoded(link));

const idsOf = (html) => new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => decoded(id)));

const decoded = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
