// Refuses the words of refused-words.json in code, comments, messages and documentation: see docs/reference/vocabulary.md.
// node tooling/lint/check-words.mjs [path]...
import { globSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { words } = JSON.parse(readFileSync(new URL("./refused-words.json", import.meta.url), "utf8"));
const rules = words.map(({ refuse, use }) => ({ pattern: new RegExp(`\\b(?:${refuse})\\b`, "i"), use }));

const EXTENSIONS = "{ts,mjs,js,md,yml,yaml,json}";
const SKIPPED = new Set(["node_modules", "dist", ".git", ".turbo", ".cache", "coverage"]);
/** The list itself, texts that are not ours, and the names that plugins for earlier versions of the contract use. */
const EXEMPT = new Set([
  "tooling/lint/refused-words.json",
  "pnpm-lock.yaml",
  "packages/core/src/legacy-names.ts",
  // Written from that file.
  "docs/reference/api/deploy-core.md",
  "packages/core/src/strategy/read-manifest.ts",
  "packages/core/src/strategy/read-manifest.test.ts",
]);

/** The words of an identifier or a file name, apart: `startFirst` and `start-first` read as `start first`. */
const apart = (text) => text.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/([a-z])-(?=[a-z])/gi, "$1 ");

const parts = process.argv.slice(2).map((part) => relative(root, join(process.cwd(), part)));
const isChosen = (file) => parts.length === 0 || parts.some((part) => file === part || file.startsWith(`${part}/`));

const files = globSync(`{**,.changeset,.github/**}/*.${EXTENSIONS}`, {
  cwd: root,
  exclude: (name) => SKIPPED.has(name),
})
  .filter((file) => !EXEMPT.has(file))
  .filter(isChosen)
  .sort();

let found = 0;
for (const file of files) {
  if (!statSync(join(root, file)).isFile()) continue;
  report(file, 0, file);
  for (const [index, line] of readFileSync(join(root, file), "utf8").split("\n").entries())
    report(file, index + 1, line);
}
if (found > 0) console.log(`${found} refused words. docs/reference/vocabulary.md has the words to use.`);
process.exitCode = found > 0 ? 1 : 0;

function report(file, line, text) {
  const plain = apart(text);
  for (const { pattern, use } of rules) {
    const match = pattern.exec(plain);
    if (match === null) continue;
    found += 1;
    console.log(`${file}:${line}: "${match[0]}": use ${use}`);
  }
}
