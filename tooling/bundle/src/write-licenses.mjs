import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the licenses of all packages in a bundle, which must be distributed with their code. */
export function writeLicenses(file, output) {
  const folders = new Set(
    output
      .flatMap(({ moduleIds }) => moduleIds)
      .flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
  );
  const texts = [...folders]
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const found = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
      return `${name} ${version} (${license})\n\n${found ? readFileSync(join(folder, found), "utf8").trim() : ""}\n`;
    });
  writeFileSync(file, texts.sort().join(`\n${"-".repeat(80)}\n\n`));
}
