import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../../../", import.meta.url));

/** String literals of this form in the sources of packages, without tests: names that code sets or reads. */
export function literals(form: RegExp, packages = "packages/*"): Set<string> {
  const found = new Set<string>();
  for (const file of globSync(`${root}${packages}/src/**/*.ts`)) {
    if (/\.test\.|\/testing\/|contract-tests/.test(file)) continue;
    for (const [, text = ""] of readFileSync(file, "utf8").matchAll(/"([^"\\\n]*)"/g))
      if (form.test(text)) found.add(text);
  }
  return found;
}

/** The page that the tables are part of. */
export const PAGE = `${root}docs/reference/openfactory.md`;
