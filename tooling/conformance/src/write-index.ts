import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ConformanceReport } from "@openfactory/strategy-contract-tests";

const BEGIN = "<!-- reports: begin -->";
const END = "<!-- reports: end -->";

/** Writes the table of all reports of a folder into its page `index.md`. */
export async function writeIndex(folder: string): Promise<void> {
  const path = join(folder, "index.md");
  const page = await readFile(path, "utf8");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const reports = files.map(async (file): Promise<[string, ConformanceReport]> => {
    return [basename(file, ".json"), JSON.parse(await readFile(join(folder, file), "utf8"))];
  });
  const table = [...HEAD, ...(await Promise.all(reports)).map(row)].join("\n");
  const [before = "", after = ""] = [page.split(BEGIN)[0], page.split(END)[1]];
  await writeFile(path, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}

const HEAD = [
  "| report | badge | engine | contract | core | extended profiles | clauses passed | failed | skipped | date | data |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];

function row([file, report]: [string, ConformanceReport]): string {
  const { title, engine, contract, profiles, statistics, date } = report;
  const declared = profiles.filter(({ name, result }) => name !== "core" && result !== "notDeclared");
  const conformant = declared.filter(({ result }) => result === "conformant").length;
  const cells = [
    `[${title}](${file}.md)`,
    `![${title}: ${report.result}](${file}.svg)`,
    engine ? `${engine.name} ${engine.version}` : "none",
    contract.version,
    profiles.find(({ name }) => name === "core")?.result ?? "missing",
    `${conformant} of ${declared.length} conformant`,
    statistics.passed,
    statistics.failed,
    statistics.skipped,
    date,
    `[JSON](${file}.json)`,
  ];
  return `| ${cells.join(" | ")} |`;
}
