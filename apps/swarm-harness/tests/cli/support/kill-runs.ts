import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { COMMAND } from "./spawn-ofdeploy.js";

/** Where runs are killed. */
export interface Place {
  /** `--platform docker --host ...` */
  options: readonly string[];
  /** Whether it keeps configs. */
  configs: boolean;
  /** By service: the version that runs, as the engine itself tells it. Only those of that project. */
  versions(project: string): Promise<Record<string, string>>;
  /** Names of whatever there is on the engine that holds the project's name, or is labelled with it. */
  leftovers(project: string): Promise<string[]>;
  /** Removes what is left, where the test fails. */
  sweep(project: string): Promise<void>;
}

/** Apps by name, with their versions. */
type Versions = Readonly<Record<string, number>>;

/** From one to the next, apps are made, changed and removed; `web` has a network and a config of its version, `db` neither. */
const FILES: readonly Versions[] = [
  { db: 1, web: 1, ui: 1 },
  { db: 2, web: 1, ui: 2, extra: 1 },
  { db: 1, web: 3, extra: 2 },
  { db: 1 },
];

const LABELS = 'labels: ["org.openfactory.deploy.test=1"]';

const appOf = (id: string, name: string, version: number, configs: boolean): string[] => [
  `  ${name}:`,
  `    uuid: ${id}-${name}`,
  `    image: ${TEST_IMAGE}`,
  `    command: sh -c "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"`,
  `    environment: ["VERSION=${version}"]`,
  `    ${LABELS}`,
  ...(name === "web"
    ? ["    depends_on: [db]", "    networks: [net]", ...(configs ? ["    configs: [conf]"] : [])]
    : []),
];

function fileOf(id: string, versions: Versions, configs: boolean): string {
  const { web } = versions;
  return [
    `name: ${id}`,
    ...(web === undefined ? [] : ["networks:", "  net:", `    ${LABELS}`]),
    ...(web === undefined || !configs ? [] : ["configs:", "  conf:", `    content: version ${web}`]),
    "apps:",
    ...Object.entries(versions).flatMap(([name, version]) => appOf(id, name, version, configs)),
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

interface Ran {
  code: number | null;
  text: string;
  tookMs: number;
}

/**
 * Kills `up` so many times at a random moment, on the way from one file to another; each time the next `up` brings all to
 * what the file says, and in the end `down` leaves nothing.
 */
export async function killRuns(place: Place, runs: number, seed: number = Date.now() % 1e6): Promise<void> {
  const random = randomFrom(seed);
  const id = `kill-${randomBytes(3).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-kill-"));
  const file = join(folder, "openfactory.yml");
  const ofdeploy = (words: readonly string[], killAfterMs?: number): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const child = spawn(process.execPath, [COMMAND, ...words, "--file", file, ...place.options]);
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
      writeFileSync(file, fileOf(id, versions, place.configs));
      await ofdeploy(["up", "--prune"], random() * longestMs);
      const next = await ofdeploy(["up", "--prune"]);
      const about = `run ${run} of seed ${seed}:\n${next.text}`;
      expect(next.code, about).toBe(0);
      expect(await place.versions(id), about).toEqual(expected(versions));
      longestMs = Math.max(longestMs, next.tookMs);
    }
    const down = await ofdeploy(["down"]);
    expect(down.code, down.text).toBe(0);
    expect(await place.leftovers(id)).toEqual([]);
  } finally {
    await place.sweep(id);
    rmSync(folder, { recursive: true, force: true });
  }
}
