// npm run test:mutations -- [--write] [part of a mutation's name]...
import { startTestRun } from "@openfactory/test-engine";
import { parseArgs } from "node:util";
import type { MutationResult } from "./judge.ts";
import { dockerLane, swarmLane } from "./lanes.ts";
import { idOf } from "./mutation.ts";
import { writeTable } from "./readme-table.ts";
import { mutations } from "./table/mutations.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false } },
});
const chosen = mutations.filter(
  (one) => positionals.length === 0 || positionals.some((part) => idOf(one).includes(part)),
);
if (values.write && positionals.length > 0)
  throw new Error("--write requires a run of all mutations: remove the names.");
const of = (suite: string) => chosen.filter((one) => one.suite === suite);

const report = ({ mutation, verdict, detail, seconds }: MutationResult): void =>
  console.log(`${verdict.padEnd(8)} ${idOf(mutation)} (${seconds.toFixed(1)} s): ${detail}`);

// Held while the swarm exists, since the end of the last run on an engine removes resources of tests.
const run = await startTestRun();
process.env["DOCKER_HOST"] = run.engine.host;
try {
  // In parallel, since both mostly wait for their engines.
  const lanes = await Promise.all([dockerLane(of("docker"), report), swarmLane(of("swarm"), report)]);
  const results = lanes.flat();
  const caught = results.filter(({ verdict }) => verdict === "caught").length;
  console.log(`${caught} of ${results.length} mutations caught.`);
  if (values.write) await writeTable(results);
  process.exitCode = caught > 0 && caught === results.length ? 0 : 1;
} finally {
  await run.end();
}
