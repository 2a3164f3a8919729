import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** What one run of vitest came to, as `TEST_COUNTS_FILE` gets it in JSON. */
export interface Counts {
  passed: number;
  /** Tests that failed, files that could not be read, and errors outside any test. */
  failed: number;
  skipped: { name: string; reason: string }[];
}

/** Writes the counts and the reasons of skipped tests, which vitest's own JSON leaves out, to the file `TEST_COUNTS_FILE`. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") counts.passed++;
        else if (result.state === "skipped")
          counts.skipped.push({ name: test.fullName, reason: result.note ?? "no reason given" });
        // A test that is still pending was cut off.
        else failedHere++;
      }
      // A file or a hook that fails outside its tests leaves them skipped or uncounted.
      counts.failed += failedHere || (module.ok() ? 0 : 1);
    }
    if (process.env.TEST_COUNTS_FILE) writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}
