import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkFiles } from "./support/files-scenario.js";
import { callOfdeploy } from "./support/call-ofdeploy.js";

const project = `files-${randomBytes(4).toString("hex")}`;
const engine = new RawEngine(process.env["DOCKER_HOST"] ?? "");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "of-files-"));
});
afterEach(async () => {
  await run({ TOKEN: "x", LEVEL: "x" }, "down");
  await rm(folder, { recursive: true, force: true });
});

const run = (env: Record<string, string>, command: string, ...words: string[]) =>
  callOfdeploy([command, ...words, "--platform", "docker", "--file", join(folder, "openfactory.yml")], env);

interface Listed {
  Name?: string;
  Names?: string[];
  Labels: Record<string, string> | null;
}

/** Containers, networks, volumes and images. */
async function leftovers(): Promise<string[]> {
  const { Volumes } = await engine.call("GET", "/volumes");
  const lists: Listed[][] = await Promise.all(
    ["/containers/json?all=1", "/networks", "/images/json"].map((path) => engine.call("GET", path)),
  );
  return [...lists.flat(), ...((Volumes ?? []) as Listed[])]
    .map(({ Name, Names, Labels }) => [Name, ...(Names ?? []), ...Object.values(Labels ?? {})].join(" "))
    .filter((text) => text.includes(project));
}

test("one file with a file secret, a secret of the environment and a config deploys on an engine", () =>
  checkFiles({ run, folder, project, leftovers }));

test("up rejects a missing external secret with its position, and changes nothing", async () => {
  const app = { image: TEST_IMAGE, uuid: `${project}-app`, networks: ["back"], secrets: ["key"] };
  const file = { name: project, networks: { back: {} }, secrets: { key: { external: true } }, apps: { app } };
  await writeFile(join(folder, "openfactory.yml"), JSON.stringify(file, null, 2));
  const up = await run({}, "up");
  expect(up).toMatchObject({ code: 1 });
  expect(up.stderr).toMatch(/^error\[NOT_FOUND\] .*openfactory\.yml:\d+:\d+: app: .*There is no secret key on /m);
  expect(up.stderr).toContain("openfactory-secret.key");
  expect(await leftovers()).toEqual([]);
});
