import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const reports = fileURLToPath(new URL("../api", import.meta.url));

/**
 * Compares the declarations of every public package with its committed report, or updates the reports. Returns a line for
 * each package that differs.
 */
export async function checkApiReports({ update }) {
  await mkdir(reports, { recursive: true });
  const lines = [];
  for (const folder of await publicPackages()) {
    const file = join(reports, `${folder.split("/").at(-1)}.api.txt`);
    const present = await declarationsOf(join(root, folder, "dist", "index.d.ts"));
    const reported = existsSync(file) ? await readFile(file, "utf8") : "";
    if (present === reported) continue;
    if (update) await writeFile(file, present);
    else lines.push(`${folder}: the public declarations have changed. Run \`npm run api\`, and review the difference.`);
  }
  return lines;
}

async function publicPackages() {
  const packages = (await readdir(join(root, "packages"))).sort().map((name) => `packages/${name}`);
  return [...packages, "apps/cli"].filter((folder) => existsSync(join(root, folder, "dist", "index.d.ts")));
}

/** All declarations that a package exports, and those that they use, as one text without comments, sorted. */
async function declarationsOf(file) {
  const build = await rolldown({
    input: file,
    external: (id) => !/^[./]/.test(id),
    plugins: [dts({ dtsOnly: true, generator: "oxc", tsconfig: false })],
  });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  const text = output
    .map(({ code }) => code)
    .join("\n")
    .replace(/^ *\/\*\*[^]*?\*\/\n/gm, "");
  // A declaration starts at the margin. The order of the files does not matter.
  return `${text
    .split(/\n(?=[a-z@])/)
    .map((declaration) => declaration.trim())
    .filter((declaration) => declaration !== "")
    .sort()
    .join("\n")}\n`;
}
