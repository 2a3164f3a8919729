import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";

const PROCESS = fileURLToPath(new URL("./long-process.support.mjs", import.meta.url));
export const MIB = 1024 ** 2;

interface Measurement {
  done: number;
  heap: number;
  rss: number;
  resources: Record<string, number>;
  listeners: number;
}

/** Runs the process to its end, and returns its measurements. */
export async function runLong(work: string, host: string, count: number): Promise<Measurement[]> {
  const words = ["--expose-gc", PROCESS, work, host, String(count), TEST_IMAGE];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(0);
  const found = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Measurement);
  const mib = found.map(
    ({ done, heap, rss }) => `${done}: ${(heap / MIB).toFixed(1)} MiB heap, ${Math.round(rss / MIB)} MiB`,
  );
  process.stderr.write(`${work} on ${host}: ${mib.join("; ")}; ${JSON.stringify(found.at(-1)?.resources)}\n`);
  return found;
}

/** From the measurement at which everything is loaded to the last one. @param most in bytes */
export function expectNoGrowth(found: readonly Measurement[], most: number, loadedAt = 1): void {
  const early = found[loadedAt] as Measurement;
  const last = found.at(-1) as Measurement;
  expect(last.listeners).toBe(early.listeners);
  expect(last.heap - early.heap).toBeLessThan(most);
  for (const [name, count] of Object.entries(last.resources))
    expect(count, `${name} that are open`).toBeLessThanOrEqual((early.resources[name] ?? 0) + 16);
}
