import { expect, test } from "vitest";
import { reportText, writeReport } from "./report.js";
import { soakEngine, soakSwarm } from "./platforms.js";
import { soak } from "./soak.js";

/** `npm run soak -- --minutes 30 --seed 7` sets both. */
const minutes = Number(process.env["SOAK_MINUTES"] ?? 30);
const seed = Number(process.env["SOAK_SEED"] ?? Date.now() % 1e6);
const chosen = process.env["SOAK_PLATFORM"];
const platforms = { docker: soakEngine, swarm: soakSwarm };

const log = (line: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

test(
  "random operations with random faults for a while: reports are true, the next up converges, and down leaves nothing",
  { timeout: (minutes + 15) * 60_000 },
  async () => {
    log(`soak: ${minutes} minutes, seed ${seed}`);
    const runs = Object.entries(platforms)
      .filter(([name]) => chosen === undefined || chosen === name)
      .map(async ([, create]) => {
        const platform = await create();
        try {
          return await soak(platform, { minutes, seed, log });
        } finally {
          await platform.close();
        }
      });
    const outcomes = await Promise.allSettled(runs);
    const reports = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    if (reports.length > 0) log(`\n${reportText(reports)}\nwritten to ${writeReport(reports)}`);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    // Node's own memory differs by some MiB from run to run.
    for (const { memoryMib } of reports) expect(memoryMib.last).toBeLessThan(memoryMib.first * 1.3 + 10);
  },
);
