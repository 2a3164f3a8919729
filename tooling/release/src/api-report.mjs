import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { apiPage } from "./api-page.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const reports = fileURLToPath(new URL("../api", import.meta.url));
const pages = join(root, "docs", "reference", "api");

/**
 * Compares the declarations of every public package with its committed report, and its page of the documentation with them,
 * or updates both. Returns a line for each package that differs.
 */
export async function checkApiReports({ update }) {
  await mkdir(reports, { recursive: true });
  await mkdir(pages, { recursive: true });
  const lines = [];
  for (const folder of await publicPackages()) {
    const { name, description } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
    const declarations = await declarationsOf(join(root, folder, "dist", "index.d.ts"));
    const written = {
      [join(reports, `${folder.split("/").at(-1)}.api.txt`)]: apiReport(declarations),
      [join(pages, `${name.split("/").at(-1)}.md`)]: apiPage({ name, description, folder }, declarations),
    };
    for (const [file, present] of Object.entries(written)) {
      if (present === (existsSync(file) ? await readFile(file, "utf8") : "")) continue;
      if (update) await writeFile(file, present);
      else
        lines.push(
          `${folder}: ${relative(root, file)} is out of date. Run \`npm run api\`, and review the difference.`,
        );
    }
  }
  return lines;
}

async function publicPackages() {
  const packages = (await readdir(join(root, "packages"))).sort().map((name) => `packages/${name}`);
  return [...packages, "apps/cli"].filter((folder) => existsSync(join(root, folder, "dist", "index.d.ts")));
}

/** All declarations that a package exports, and those that they use, with their comments. */
async function declarationsOf(file) {
  const build = await rolldown({
    input: file,
    external: (id) => !/^[./]/.test(id),
    plugins: [dts({ dtsOnly: true, generator: "oxc", tsconfig: false })],
  });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  return output.map(({ code }) => code).join("\n");
}

/** The declarations without comments, sorted. */
function apiReport(declarations) {
  const text = declarations.replace(/^ *\/\*\*[^]*?\*\/\n/gm, "");
  // A declaration starts at the margin. The order of the files does not matter.
  return `${text
    .split(/\n(?=[a-z@])/)
    .map((declaration) => declaration.trim())
    .filter((declaration) => declaration !== "")
    .sort()
    .join("\n")}\n`;
}
