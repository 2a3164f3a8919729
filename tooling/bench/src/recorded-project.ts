import { type Bench, ofdeploy } from "./bench.ts";
import { shortAppFile, write } from "./files.ts";
import { type RecordedSwarm, startRecordedSwarm } from "./recorded-swarm.ts";

/** An app file, and a recorded swarm on which its apps are deployed. */
export interface RecordedProject {
  file: string;
  swarm: RecordedSwarm;
}

const projects = new Map<string, Promise<RecordedProject>>();

/** Created once for each number of apps and each build of ofdeploy, so that the recorded services have its labels. Ends with the process. */
export function recordedProject(bench: Bench, count: number): Promise<RecordedProject> {
  const key = `${count} ${bench.command.join(" ")}`;
  const known = projects.get(key) ?? make(bench, count);
  projects.set(key, known);
  return known;
}

async function make(bench: Bench, count: number): Promise<RecordedProject> {
  const file = write(bench.folder, `recorded-${count}.yml`, shortAppFile("bench-recorded", count));
  const swarm = await startRecordedSwarm();
  await ofdeploy(bench, ["up", "--no-wait", "--platform", "swarm", "--host", swarm.host, "--file", file]);
  return { file, swarm };
}
