import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { COMMAND } from "./spawn-ofdeploy.js";

/** The platform on which runs are killed. */
export interface TestPlatform {
  /** `--platform docker --host ...` */
  options: readonly string[];
  /** The running version of each service of the project, from the engine. */
  versions(project: string): Promise<Record<string, string>>;
  /** The names of all objects on the engine that have the project in their name or labels. */
  leftovers(project: string): Promise<string[]>;
  /** Removes the remaining objects after a failed test. */
  sweep(project: string): Promise<void>;
}

/** Apps by name, with their versions. */
type Versions = Readonly<Record<string, number>>;

/** Between these files, apps are created, updated and removed. `web` has a network and a config, `db` has neither. */
const FILES: readonly Versions[] = [
  { db: 1, web: 1, ui: 1 },
  { db: 2, web: 1, ui: 2, extra: 1 },
  { db: 1, web: 3, extra: 2 },
  { db: 1 },
];

const LABELS = 'labels: ["org.openfactory.deploy.test=1"]';

const appOf = (id: string, name: string, version: number): string[] => [
  `  ${name}:`,
  `    uuid: ${id}-${name}`,
  `    image: ${TEST_IMAGE}`,
  `    command: sh -c "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"`,
  `    environment: ["VERSION=${version}"]`,
  `    ${LABELS}`,
  ...(name === "web" ? ["    depends_on: [db]", "    networks: [net]", "    configs: [conf]"] : []),
];

function fileOf(id: string, versions: Versions): string {
  const { web } = versions;
  return [
    `name: ${id}`,
    ...(web === undefined ? [] : ["networks:", "  net:", `    ${LABELS}`]),
    ...(web === undefined ? [] : ["configs:", "  conf:", `    content: version ${web}`]),
    "apps:",
    ...Object.entries(versions).flatMap(([name, version]) => appOf(id, name, version)),
    "",
  ].join("\n");
}

/** A number between 0 and 1 from a seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface ProcessResult {
  code: number | null;
  text: string;
  tookMs: number;
}

/**
 * Kills `up` at random moments while it changes one file to another. Expects the next `up` to converge to the file each time,
 * and `down` to leave nothing.
 */
export async function killRuns(platform: TestPlatform, runs: number, seed: number = Date.now() % 1e6): Promise<void> {
  const random = randomFrom(seed);
  const id = `kill-${randomBytes(3).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-kill-"));
  const file = join(folder, "openfactory.yml");
  const ofdeploy = (words: readonly string[], killAfterMs?: number): Promise<ProcessResult> =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const child = spawn(process.execPath, [COMMAND, ...words, "--file", file, ...platform.options]);
      const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve({ code, text, tookMs: performance.now() - began });
      });
    });
  const expected = (versions: Versions): Record<string, string> =>
    Object.fromEntries(Object.entries(versions).map(([name, version]) => [`${id}-${name}`, String(version)]));

  try {
    let longestMs = 2000;
    for (let run = 1; run <= runs; run += 1) {
      const versions = FILES[Math.floor(random() * FILES.length)] ?? {};
      writeFileSync(file, fileOf(id, versions));
      await ofdeploy(["up", "--prune"], random() * longestMs);
      const next = await ofdeploy(["up", "--prune"]);
      const about = `run ${run} of seed ${seed}:\n${next.text}`;
      expect(next.code, about).toBe(0);
      expect(await platform.versions(id), about).toEqual(expected(versions));
      longestMs = Math.max(longestMs, next.tookMs);
    }
    const down = await ofdeploy(["down"]);
    expect(down.code, down.text).toBe(0);
    expect(await platform.leftovers(id)).toEqual([]);
  } finally {
    await platform.sweep(id);
    rmSync(folder, { recursive: true, force: true });
  }
}
