import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { COMMAND } from "./testing/spawn-ofdeploy.js";

/** Has Node tell, by means of its own tests, which of its modules it took as it carries them, and which it compiled anew. */
const TELL = `
const { internalBinding } = require("internal/test/binding");
const { getCacheUsage } = internalBinding("builtins");
process.on("exit", () => {
  const { compiledWithCache, compiledWithoutCache } = getCacheUsage();
  require("node:fs").writeFileSync(process.env.TOLD, JSON.stringify({ taken: [...compiledWithCache], anew: [...compiledWithoutCache] }));
});
`;

/** The names of Node's modules that a run of the command loaded. */
async function loaded(): Promise<Record<"taken" | "anew", string[]>> {
  const folder = await mkdtemp(join(tmpdir(), "ofdeploy-tune-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [tell, told] = [join(folder, "tell.cjs"), join(folder, "told.json")];
  await writeFile(tell, TELL);
  const env = { ...process.env, NODE_COMPILE_CACHE: folder, TOLD: told };
  await promisify(execFile)(process.execPath, ["--expose-internals", "--require", tell, COMMAND, "platforms", "--json"], { env });
  return JSON.parse(await readFile(told, "utf8"));
}

test("what Node carries compiled is taken as it is: flags are set after it is loaded", { timeout: 60_000 }, async () => {
  const { taken, anew } = await loaded();
  const large = ["_http_client", "child_process", "crypto", "fs/promises", "http", "internal/crypto/keys", "net", "stream", "vm", "zlib"];
  expect(taken).toEqual(expect.arrayContaining(large));
  expect(anew.filter((name) => large.includes(name))).toEqual([]);
});

test("zod compiles nothing: it does not ask what this runs on, to see whether it may", { timeout: 60_000 }, async () => {
  const { taken, anew } = await loaded();
  expect([...taken, ...anew]).not.toContain("internal/navigator");
});
