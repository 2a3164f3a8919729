import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

interface NamedReason {
  name: string;
  reason: string;
}

/** The result of one run of vitest, written to `TEST_COUNTS_FILE` as JSON. */
export interface Counts {
  passed: number;
  /** Failed tests, files that could not be loaded, and errors outside of tests, each with the first line of its first error. */
  failures: NamedReason[];
  skipped: NamedReason[];
  /** Tests that passed on the second attempt, with the error of the first. */
  retried: NamedReason[];
}

/** Writes the counts to the file `TEST_COUNTS_FILE`, with the reasons of skipped tests, which vitest's JSON omits. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const outside = unhandledErrors.map((error) => ({ name: "outside of tests", reason: firstLine([error]) }));
    const counts: Counts = { passed: 0, failures: outside, skipped: [], retried: [] };
    for (const module of modules) {
      const before = counts.failures.length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const entry = { name: test.fullName, reason: firstLine(result.errors) };
        if (result.state === "passed") {
          counts.passed++;
          if (test.diagnostic()?.retryCount) counts.retried.push(entry);
        } else if (result.state === "skipped") {
          counts.skipped.push({ name: test.fullName, reason: result.note ?? "no reason given" });
        } else {
          // A pending test was interrupted.
          counts.failures.push(entry);
        }
      }
      // If a file or a hook fails outside of tests, its tests are skipped or not counted.
      if (counts.failures.length === before && !module.ok()) {
        counts.failures.push({ name: module.relativeModuleId, reason: firstLine(module.errors()) });
      }
    }
    if (process.env.TEST_COUNTS_FILE) writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}

const firstLine = ([error]: readonly { message: string }[] = []): string =>
  error?.message.split("\n", 1)[0] ?? "no error message";
