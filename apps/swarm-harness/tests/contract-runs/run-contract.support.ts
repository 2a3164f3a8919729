import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConformanceReport } from "@openfactory/strategy-contract-tests";
import { main } from "../../../../packages/strategy-contract-tests/src/run/main.js";
import type { Fault } from "./faulty-memory.js";

export interface ContractRun {
  code: number;
  out: string;
  report: ConformanceReport;
  markdown: string;
}

/** Runs `strategy-contract-tests run`, as a separate process does. @param target the path of a target module. */
export async function runContract(target: string, ...options: string[]): Promise<ContractRun> {
  const folder = await mkdtemp(join(tmpdir(), "contract-run-"));
  let [out, err] = ["", ""];
  try {
    const code = await main(["run", target, "--out", folder, ...options], {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      on: () => undefined,
      off: () => undefined,
    });
    const read = (name: string) => readFile(join(folder, name), "utf8");
    if (code > 2) throw new Error(`exit code ${code}: ${err}`);
    return { code, out, report: JSON.parse(await read("conformance.json")), markdown: await read("conformance.md") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs the strategy in memory with faults. @param countsCalls whether the target counts and fails calls. */
export async function runFaulty(
  { faults, countsCalls }: { faults: readonly Fault[]; countsCalls: boolean },
  ...options: string[]
): Promise<ContractRun> {
  const folder = await mkdtemp(join(tmpdir(), "faulty-"));
  const module = fileURLToPath(new URL("./faulty-memory.ts", import.meta.url));
  const target = join(folder, "target.ts");
  await writeFile(
    target,
    `import { faultyTarget } from ${JSON.stringify(module)};
     export default faultyTarget(${JSON.stringify(faults)}, ${countsCalls});`,
  );
  try {
    return await runContract(target, ...options);
  } finally {
    await rm(folder, { recursive: true });
  }
}
