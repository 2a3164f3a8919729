import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OWN_SCRIPT } from "./bench.ts";
import { shortAppFile, write } from "./files.ts";
import { startRecordedSwarm } from "./recorded-swarm.ts";

const [FEW, MANY] = [500, 5_000];

/** In this order: each finds what the one before left. */
const COMMANDS = {
  "up of new apps": ["up"],
  "up, nothing changed": ["up"],
  "plan, nothing changed": ["plan"],
  ps: ["ps"],
  down: ["down", "--yes"],
} as const;
type Command = keyof typeof COMMANDS;

/** Calls and bytes that a command reads, for each app. */
type PerApp = Record<"calls" | "bytes", number>;

let folder: string;
let few: ReadonlyMap<Command, PerApp>;
let many: ReadonlyMap<Command, PerApp>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "openfactory-scale-"));
  few = await readPerApp(FEW);
  many = await readPerApp(MANY);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function readPerApp(count: number): Promise<Map<Command, PerApp>> {
  const swarm = await startRecordedSwarm();
  const file = write(folder, `scale-${count}.yml`, shortAppFile("scale", count));
  const found = new Map<Command, PerApp>();
  for (const [command, words] of Object.entries(COMMANDS) as [Command, readonly string[]][]) {
    const before = swarm.traffic();
    const options = ["--platform", "swarm", "--host", swarm.host, "--file", file];
    await promisify(execFile)(process.execPath, [OWN_SCRIPT, ...words, ...options], { maxBuffer: 2 ** 26 });
    const { calls, bytes } = swarm.traffic();
    found.set(command, { calls: (calls - before.calls) / count, bytes: (bytes - before.bytes) / count });
  }
  await swarm.close();
  process.stderr.write(`${count} apps: ${JSON.stringify(Object.fromEntries(found))}\n`);
  return found;
}

// Polls depend on the time that the machine needs. A listing for each app would grow tenfold.
test.each(Object.keys(COMMANDS) as Command[])(
  `%s makes as many calls and reads as many bytes for each of ${MANY} apps as for each of ${FEW}`,
  (command) => {
    const [{ calls, bytes }, expected] = [many.get(command) as PerApp, few.get(command) as PerApp];
    expect(calls).toBeLessThan(2 * expected.calls);
    expect(bytes).toBeLessThan(2 * expected.bytes);
  },
);
