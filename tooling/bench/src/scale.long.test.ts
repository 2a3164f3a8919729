import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OWN_SCRIPT } from "./bench.ts";
import { shortAppFile, write } from "./files.ts";
import { startRecordedSwarm } from "./recorded-swarm.ts";
import { timedProcess } from "./timed-process.ts";

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

/** The target for all commands, in MB. */
const MEMORY_MB = 150;

/** Calls and bytes that a command reads, for each app, and its peak memory in MB. */
type Usage = Record<"calls" | "bytes" | "peakMb", number>;

let folder: string;
let few: ReadonlyMap<Command, Usage>;
let many: ReadonlyMap<Command, Usage>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "openfactory-scale-"));
  few = await readUsage(FEW);
  many = await readUsage(MANY);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function readUsage(count: number): Promise<Map<Command, Usage>> {
  const swarm = await startRecordedSwarm();
  const file = write(folder, `scale-${count}.yml`, shortAppFile("scale", count));
  const found = new Map<Command, Usage>();
  for (const [command, words] of Object.entries(COMMANDS) as [Command, readonly string[]][]) {
    const before = swarm.traffic();
    const options = ["--platform", "swarm", "--host", swarm.host, "--file", file];
    const { peakMb } = await timedProcess([process.execPath, OWN_SCRIPT, ...words, ...options]);
    const { calls, bytes } = swarm.traffic();
    found.set(command, { calls: (calls - before.calls) / count, bytes: (bytes - before.bytes) / count, peakMb });
  }
  await swarm.close();
  process.stderr.write(`${count} apps: ${JSON.stringify(Object.fromEntries(found))}\n`);
  return found;
}

// Polls depend on the time that the machine needs. A listing for each app would grow tenfold.
test.each(Object.keys(COMMANDS) as Command[])(
  `%s makes as many calls and reads as many bytes for each of ${MANY} apps as for each of ${FEW}`,
  (command) => {
    const [{ calls, bytes }, expected] = [many.get(command) as Usage, few.get(command) as Usage];
    expect(calls).toBeLessThan(2 * expected.calls);
    expect(bytes).toBeLessThan(2 * expected.bytes);
  },
);

test.each(Object.keys(COMMANDS) as Command[])(`%s takes at most ${MEMORY_MB} MB for ${MANY} apps`, (command) => {
  expect((many.get(command) as Usage).peakMb).toBeLessThan(MEMORY_MB);
});
