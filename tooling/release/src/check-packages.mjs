// Checks the packages as they would be published, after the build: publint, attw, and the API reports. With --update, writes the
// API reports (npm run api).
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { packAll } from "@openfactory/pack-proof";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { checkApiReports } from "./api-report.mjs";

const update = process.argv.includes("--update");
const problems = await checkApiReports({ update });
if (!update) {
  const folder = await mkdtemp(join(tmpdir(), "openfactory-check-"));
  try {
    for (const { file, manifest } of await packAll(folder)) {
      const data = await readFile(file);
      problems.push(...(await lint(data)).map((line) => `${manifest.name}: ${line}`));
      problems.push(...(await checkTypes(data)).map((line) => `${manifest.name}: ${line}`));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
for (const line of problems) console.error(line);
if (problems.length > 0) process.exitCode = 1;

async function lint(data) {
  const tarball = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

/**
 * The packages are ES modules for Node's resolution: `require()` of an ES module and TypeScript's resolution for Node 10,
 * which knows no exports, are left out.
 */
async function checkTypes(data) {
  const { types, problems: found } = await checkPackage(createPackageFromTarballData(data));
  if (types === false) return ["attw: the package has no types"];
  return found
    .filter(({ kind, resolutionKind }) => kind !== "CJSResolvesToESM" && resolutionKind !== "node10")
    .map(({ kind, entrypoint, resolutionKind }) => `attw: ${kind} ${entrypoint ?? ""} ${resolutionKind ?? ""}`.trim());
}
