import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FILE_KEYS, type KeyRule, SERVICE_KEYS } from "./keys.js";

const PAGE = fileURLToPath(new URL("../../../../docs/reference/compose.md", import.meta.url));

/** The keys of a rule, each with what becomes of it. Keys with the same effect are one row. */
function rows(path: string, { to, no, none, keys, each }: KeyRule): [key: string, effect: string][] {
  if (no !== undefined) return [[path, `not supported: ${no}`]];
  if (none !== undefined) return [[path, none]];
  const own: [string, string][] = to ? [[path, to.includes(" ") || to.startsWith("`") ? to : `\`${to}\``]] : [];
  const parts = [
    ...Object.entries(keys ?? {}).flatMap(([key, rule]) => rows(`${path}.${key}`, rule)),
    ...(each === undefined ? [] : rows(`${path}.*`, each)),
  ];
  return [...own, ...parts];
}

function table(all: [key: string, effect: string][], head: string): string {
  const byEffect = Map.groupBy(all, ([, effect]) => effect);
  const lines = [...byEffect].map(
    ([effect, keys]) => `| ${keys.map(([key]) => `\`${key}\``).join(", ")} | ${effect} |`,
  );
  return [`| ${head} | what becomes of it |`, "| --- | --- |", ...lines].join("\n");
}

const SECTIONS: Readonly<Record<string, () => string>> = {
  service: () =>
    table(
      Object.entries(SERVICE_KEYS).flatMap(([key, rule]) => rows(key, rule)),
      "key of a service",
    ),
  file: () =>
    table(
      Object.entries(FILE_KEYS)
        .filter(([key]) => key !== "services")
        .flatMap(([key, rule]) => rows(key, rule)),
      "key of the file",
    ),
};

const withoutPadding = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test("docs/reference/compose.md has what becomes of each key", async () => {
  const page = await readFile(PAGE, "utf8");
  const updated = page.replaceAll(
    /<!-- table: (\w+) -->\n[\s\S]*?<!-- end -->/g,
    (_, name: string) => `<!-- table: ${name} -->\n\n${SECTIONS[name]?.()}\n\n<!-- end -->`,
  );
  if (process.env["UPDATE_DOCS"] === "1") await writeFile(PAGE, updated);
  else expect(withoutPadding(page)).toBe(withoutPadding(updated));
});
