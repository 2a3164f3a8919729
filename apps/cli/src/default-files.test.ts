import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findDefaultFiles } from "./default-files.js";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "default-files-"));
});
afterEach(() => rm(cwd, { recursive: true }));

it.each([
  [[], undefined],
  [["apps.yml"], ["apps.yml"]],
  [["docker-compose.yml", "compose.yml"], ["compose.yml"]],
  [
    ["compose.yaml", "compose.override.yaml"],
    ["compose.yaml", "compose.override.yaml"],
  ],
  [
    ["docker-compose.yml", "docker-compose.override.yml"],
    ["docker-compose.yml", "docker-compose.override.yml"],
  ],
  [["compose.override.yaml"], undefined],
])("a directory with %j has the default files %j", async (names, files) => {
  for (const name of names) await writeFile(join(cwd, name), "");
  expect(findDefaultFiles(cwd)?.files).toEqual(files);
});

it("an app file is read instead of a Compose file, with a note", async () => {
  for (const name of ["openfactory.yml", "compose.yaml"]) await writeFile(join(cwd, name), "");
  expect(findDefaultFiles(cwd)).toMatchObject({
    files: ["openfactory.yml"],
    notes: [{ code: "COMPOSE_FILE_IGNORED", key: "compose.yaml" }],
  });
});
