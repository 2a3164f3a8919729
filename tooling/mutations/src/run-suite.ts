import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, type SuiteName } from "./mutation.ts";

/** The cases of one run that were not skipped, by full name. */
export interface Outcome {
  passed: string[];
  failed: string[];
  /** Failed cases that reached vitest's time limit. */
  timedOut: string[];
  /** Whether a source file was mutated. */
  mutated: boolean;
  /** The output of vitest, for a run without cases, such as with a syntax error. */
  output: string;
}

interface Report {
  testResults: { assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

/** Runs the cases of a suite whose full names match, with additional environment variables. */
export async function runSuite(suite: SuiteName, pattern: string, env: Record<string, string>): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "openfactory-mutation-"));
  try {
    const report = join(folder, "report.json");
    const proof = join(folder, "mutated");
    const args = [`src/suites/${suite}.suite`, "-t", pattern, "--reporter=json", `--outputFile=${report}`];
    const output = await vitest(args, { ...env, MUTATION_PROOF: proof });
    const { testResults } = JSON.parse(await readFile(report, "utf8").catch(() => '{"testResults":[]}')) as Report;
    const cases = testResults.flatMap(({ assertionResults }) => assertionResults);
    const names = (status: string) => cases.filter((one) => one.status === status).map(({ fullName }) => fullName);
    const timedOut = cases
      .filter(({ failureMessages }) => /Test timed out/.test(failureMessages.join()))
      .map(({ fullName }) => fullName);
    return { timedOut, passed: names("passed"), failed: names("failed"), mutated: existsSync(proof), output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function vitest(args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("vitest", ["run", "--config", "tooling/mutations/src/vitest.config.ts", ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}
