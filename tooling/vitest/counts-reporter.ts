import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

interface Told {
  name: string;
  reason: string;
}

/** What one run of vitest came to, as `TEST_COUNTS_FILE` gets it in JSON. */
export interface Counts {
  passed: number;
  /** Tests that failed, files that could not be read, and errors outside any test, each with the first line of its first error. */
  failures: Told[];
  skipped: Told[];
  /** Tests that passed at a second try, with what the first one ended with. */
  retried: Told[];
}

/** Writes the counts and the reasons of skipped tests, which vitest's own JSON leaves out, to the file `TEST_COUNTS_FILE`. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const outside = unhandledErrors.map((error) => ({ name: "outside any test", reason: firstLine([error]) }));
    const counts: Counts = { passed: 0, failures: outside, skipped: [], retried: [] };
    for (const module of modules) {
      const before = counts.failures.length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const told = { name: test.fullName, reason: firstLine(result.errors) };
        if (result.state === "passed") {
          counts.passed++;
          if (test.diagnostic()?.retryCount) counts.retried.push(told);
        } else if (result.state === "skipped") {
          counts.skipped.push({ name: test.fullName, reason: result.note ?? "no reason given" });
        } else {
          // A test that is still pending was cut off.
          counts.failures.push(told);
        }
      }
      // A file or a hook that fails outside its tests leaves them skipped or uncounted.
      if (counts.failures.length === before && !module.ok()) {
        counts.failures.push({ name: module.relativeModuleId, reason: firstLine(module.errors()) });
      }
    }
    if (process.env.TEST_COUNTS_FILE) writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}

const firstLine = ([error]: readonly { message: string }[] = []): string =>
  error?.message.split("\n", 1)[0] ?? "no error told";
