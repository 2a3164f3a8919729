// npm run test:mutations -- [--write] [part of a mutation's name]...
import { startTestRun } from "@openfactory/test-engine";
import { parseArgs } from "node:util";
import type { Judgement } from "./judge.ts";
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
if (values.write && positionals.length > 0) throw new Error("--write is for all mutations: name none.");
const of = (suite: string) => chosen.filter((one) => one.suite === suite);

const tell = ({ mutation, verdict, detail, seconds }: Judgement): void =>
  console.log(`${verdict.padEnd(8)} ${idOf(mutation)} (${seconds.toFixed(1)} s): ${detail}`);

// Held as long as the swarm is there: the end of the last run on an engine sweeps what tests left on it.
const run = await startTestRun();
process.env["DOCKER_HOST"] = run.engine.host;
try {
  // Side by side: both spend most of their time waiting for their engines.
  const lanes = await Promise.all([dockerLane(of("docker"), tell), swarmLane(of("swarm"), tell)]);
  const judgements = lanes.flat();
  const caught = judgements.filter(({ verdict }) => verdict === "caught").length;
  console.log(`${caught} of ${judgements.length} mutations caught.`);
  if (values.write) await writeTable(judgements);
  process.exitCode = caught > 0 && caught === judgements.length ? 0 : 1;
} finally {
  await run.end();
}
