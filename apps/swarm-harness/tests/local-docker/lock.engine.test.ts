import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { expect, test } from "vitest";

const PROCESSES = 5;
const ROUNDS = 12;

/**
 * A process that takes over a lock again and again, and leaves it as a killed process would. While it holds the lock, it
 * creates a file that must not exist. It prints how often it held the lock, and how often another one did, too.
 */
const PROCESS = `
import { closeSync, openSync, unlinkSync } from "node:fs";
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
const [lock, number, file, rounds] = process.argv.slice(1);
const strategy = new LocalDockerDeploymentStrategy(createEngine());
let held = 0, violations = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const holder = { id: number + "-" + round, owner: "test", since: "2026-01-01T00:00:00Z" };
  let other = await strategy.lock(lock, holder);
  // Holders whose work has ended are stale, and every process may take over their lock.
  if (other?.owner === "test" && other.id.startsWith("stale-")) {
    await strategy.unlock(lock, other.id);
    other = await strategy.lock(lock, holder);
  }
  if (other !== undefined) continue;
  held += 1;
  try {
    closeSync(openSync(file, "wx"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    unlinkSync(file);
  } catch {
    violations += 1;
  }
  await strategy.unlock(lock, holder.id);
  // A lock that no process will release: as the lock of a killed process.
  if (round % 2 === 0) await strategy.lock(lock, { ...holder, id: "stale-" + holder.id });
}
await strategy.close();
console.log(JSON.stringify({ held, violations }));
`;

test("of many processes that take over the lock of killed processes, one at a time holds it", async () => {
  const lock = `lock-test-${process.pid}`;
  const directory = await mkdtemp(join(tmpdir(), "ofdeploy-lock-"));
  const strategy = new LocalDockerDeploymentStrategy(createEngine());
  const run = async (number: number): Promise<{ held: number; violations: number }> => {
    const args = ["--input-type=module", "-e", PROCESS, lock, String(number), join(directory, "held"), String(ROUNDS)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    return JSON.parse(stdout) as { held: number; violations: number };
  };
  try {
    const results = await Promise.all(Array.from({ length: PROCESSES }, (_, number) => run(number)));
    expect(results.map(({ violations }) => violations)).toEqual(Array(PROCESSES).fill(0));
    const held = results.reduce((sum, result) => sum + result.held, 0);
    expect(held, "times that the lock was held").toBeGreaterThan(0);
  } finally {
    const last = await strategy.lock(lock, { id: "last", owner: "test", since: "2026-01-01T00:00:00Z" });
    await strategy.unlock(lock, last?.id ?? "last");
    await strategy.close();
    await rm(directory, { recursive: true });
  }
});
