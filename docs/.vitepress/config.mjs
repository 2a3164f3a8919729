import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { githubAnchor, linksToSite, pageOf } from "./links.mjs";
import { sidebar } from "./sidebar.mjs";
import { flowchartTable } from "./flowchart.mjs";

const REPOSITORY = "https://github.com/openfactoryio/openfactory-deploy";

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#3451b2"/></svg>';

/** The site: the pages of docs, and the READMEs of the published packages. */
export default defineConfig({
  title: "OpenFactory Deploy",
  description: "Deploys OpenFactory apps and devices to Docker, Docker Swarm, or a platform of your own.",
  lang: "en-US",
  base: process.env.DOCS_BASE ?? "/openfactory-deploy/",
  // The repository, since READMEs are outside of docs.
  srcDir: "..",
  outDir: "dist",
  cacheDir: "node_modules/.vitepress",
  srcExclude: [
    "**/node_modules/**",
    "**/dist/**",
    "*.md",
    "{tooling,examples}/**",
    "apps/swarm-harness/**",
    "{packages,apps}/*/!(README.md)",
    "{packages,apps}/*/!(README.md)/**",
  ],
  rewrites: pageOf,
  cleanUrls: true,
  lastUpdated: false,
  // An icon without a file: a square of the color of links.
  head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  vite: {
    // Vite's public directory would be the one of the repository.
    publicDir: false,
    plugins: [vueOfDocs()],
    server: { fs: { allow: [".."] } },
    build: { chunkSizeWarningLimit: 2000 },
  },
  markdown: {
    anchor: { slugify: githubAnchor },
    languageAlias: { console: "shellsession", crontab: "sh" },
    config(markdown) {
      markdown.use(linksToSite, REPOSITORY);
      markdown.use(flowchartTable);
      markdown.use(withoutExpressions);
    },
  },
  themeConfig: {
    nav: [
      { text: "Tutorial", link: "/tutorial/", activeMatch: "^/tutorial/" },
      { text: "How-to", link: "/how-to/", activeMatch: "^/how-to/" },
      { text: "Reference", link: "/reference/", activeMatch: "^/(reference|errors)/" },
      { text: "Explanation", link: "/explanation/", activeMatch: "^/explanation/" },
      { text: "Write a strategy", link: "/strategy/", activeMatch: "^/strategy/" },
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3], label: "On this page" },
    search: { provider: "local", options: { detailedView: "auto" } },
    socialLinks: [{ icon: "github", link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/:path`, text: "Edit this page" },
    externalLinkIcon: false,
  },
});

/** Pages have templates of Docker, such as {{.Node.Hostname}}, and no expressions of Vue. */
function withoutExpressions(markdown) {
  const render = markdown.renderAsync.bind(markdown);
  markdown.renderAsync = async (...args) => (await render(...args)).replaceAll("{{", "&#123;&#123;");
}

/** Pages in the folders of packages import Vue, which only this package has. */
function vueOfDocs() {
  const here = fileURLToPath(import.meta.url);
  return {
    name: "vue-of-docs",
    enforce: "pre",
    resolveId(id, importer, options) {
      if (!/^vue(?:\/|$)/.test(id) || importer === here) return undefined;
      return this.resolve(id, here, { ...options, skipSelf: true });
    },
  };
}
