import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Spawned, spawnOfdeploy } from "./testing/spawn-ofdeploy.js";

const LIMIT = 60_000;

/** The command with a cache of its own. */
async function withCache() {
  const folder = await mkdtemp(join(tmpdir(), "ofdeploy-cache-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    run: (...args: string[]): Promise<Spawned> => spawnOfdeploy(args, { NODE_COMPILE_CACHE: folder }),
    /** What is kept of a command, and when it was written. */
    kept: async (command: string): Promise<Map<string, number>> => {
      const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(`-${command}`)).sort();
      return new Map(await Promise.all(paths.map(async (path) => [join(folder, path), (await stat(join(folder, path))).mtimeMs] as const)));
    },
  };
}

const PLATFORMS = ["platforms", "--json"] as const;
const names = ({ stdout }: Spawned): string[] => stdout.trim().split("\n").map((line) => JSON.parse(line).name);

test("what was compiled is kept for the command, and serves its next runs", { timeout: LIMIT }, async () => {
  const { run, kept } = await withCache();
  const first = await run(...PLATFORMS);
  expect(names(first)).toEqual(expect.arrayContaining(["docker", "swarm"]));
  const written = await kept("platforms");
  expect([...written.keys()].map((path) => path.replace(/^.*\//, "").replace(/-[0-9a-f]{16}-platforms$/, ""))).toEqual(
    expect.arrayContaining(["hosted", "ofdeploy", "ofdeploy-work"]),
  );
  const second = await run(...PLATFORMS);
  expect({ ...second, stdout: names(second) }).toEqual({ code: 0, stderr: "", stdout: names(first) });
  expect(await kept("platforms")).toEqual(written);
});

test("what was kept and is broken is not used, and kept anew", { timeout: LIMIT }, async () => {
  const { run, kept } = await withCache();
  const whole = names(await run(...PLATFORMS));
  for (const path of (await kept("platforms")).keys()) {
    const bytes = await readFile(path);
    // As after a power cut: the length is right, and the end never reached the disk.
    await writeFile(path, bytes.fill(0, bytes.length / 2));
  }
  const broken = await kept("platforms");
  const again = await run(...PLATFORMS);
  expect({ ...again, stdout: names(again) }).toEqual({ code: 0, stderr: "", stdout: whole });
  const mended = await kept("platforms");
  expect([...mended.keys()]).toEqual([...broken.keys()]);
  for (const [path, time] of mended) expect(time, path).toBeGreaterThan(broken.get(path) ?? 0);
});

test("a run that fails keeps nothing: it has not seen what the command does", { timeout: LIMIT }, async () => {
  const { run, kept } = await withCache();
  expect((await run("validate", "--file", "/nowhere.yml")).code).not.toBe(0);
  expect(await kept("validate")).toEqual(new Map());
});

test("a cache that is a file costs nothing but time", { timeout: LIMIT }, async () => {
  const { folder } = await withCache();
  const file = join(folder, "file");
  await writeFile(file, "");
  expect(await spawnOfdeploy(PLATFORMS, { NODE_COMPILE_CACHE: file })).toMatchObject({ code: 0, stderr: "" });
  expect(await spawnOfdeploy(PLATFORMS, { NODE_DISABLE_COMPILE_CACHE: "1" })).toMatchObject({ code: 0, stderr: "" });
});
