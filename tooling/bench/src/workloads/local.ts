import { mapLimit } from "@openfactory/deploy-core";
import { type Bench, ofdeploy, peerRun, present, where } from "../bench.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { appFile, composeFile, containerBody, type Load, names, write } from "../files.ts";
import { nodeProgram, type ProgramCall } from "../node-program.ts";
import { RawClient, timed } from "../raw-client.ts";
import { referenceInput } from "../reference-input.ts";
import type { Workload } from "../workload.ts";

/** Containers of one engine. Most of the time for new containers is their start by the engine. */
export function localWorkloads(bench: Bench): Workload[] {
  const { engine } = bench;
  if (engine === undefined) return [{ part: "local", name: "up", contenders: {}, skip: "no engine" }];
  return [20, 100].flatMap((count) => [created(bench, engine, count), unchanged(bench, engine, count)]);
}

const project = "bench-local";

/** Removes every container. */
async function clear({ host, apiVersion }: BenchEngine): Promise<void> {
  const client = new RawClient(host, apiVersion, 4);
  const containers: { Id: string }[] = await client.call("GET", "/containers/json?all=1");
  await mapLimit(4, containers, ({ Id }) => client.call("DELETE", `/containers/${Id}?force=1&v=1`));
  client.close();
}

/** A listing, and an inspection of as many containers. */
async function inspections({ host, apiVersion }: BenchEngine, count: number): Promise<ProgramCall[]> {
  const client = new RawClient(host, apiVersion);
  const containers: { Id: string }[] = await client.call("GET", "/containers/json?all=1");
  client.close();
  const paths = containers.slice(0, count).map(({ Id }) => `/containers/${Id}/json`);
  return ["/containers/json?all=1", ...paths].map((path) => ({ path }));
}

const filesOf = (bench: Bench, load: Load): [file: string, composeYml: string] => [
  write(bench.folder, `local-${load.count}.yml`, appFile(project, load)),
  write(bench.folder, `local-${load.count}-compose.yml`, composeFile(load, "local")),
];

const up = (bench: Bench, file: string) => ofdeploy(bench, ["up", "--platform", "docker", "--no-wait", "--file", file]);
const composeUp = (bench: Bench, file: string) =>
  peerRun(bench, bench.peers.compose, ["--file", file, "--project-name", project, "up", "--detach"]);

const note = "ofdeploy up --no-wait; docker compose up --detach; both wait only until the process is started";

function created(bench: Bench, engine: BenchEngine, count: number): Workload {
  const load = { count, replicas: 1 };
  const [file, composeYml] = filesOf(bench, load);
  const before = () => clear(engine);
  return {
    part: "local",
    name: `up of ${count} new containers`,
    note,
    maxRuns: count > 50 ? 3 : 9,
    contenders: present({
      ours: { label: "ofdeploy up", before, run: async () => (await up(bench, file)).ms },
      peer: where(bench.peers.compose, {
        label: "docker compose up",
        before,
        run: async () => (await composeUp(bench, composeYml)).ms,
      }),
      floor: {
        label: `${count} creates and starts`,
        before,
        async run() {
          const client = new RawClient(engine.host, engine.apiVersion);
          const ms = await timed(() =>
            mapLimit(1, names(load), async (name) => {
              const { Id } = await client.call(
                "POST",
                `/containers/create?name=${name}`,
                containerBody(names(load).indexOf(name), load),
              );
              await client.call("POST", `/containers/${Id}/start`);
            }),
          );
          client.close();
          return ms;
        },
      },
      python: where(bench.peers.python, {
        label: "docker SDK for Python",
        before,
        run: async () => (await peerRun(bench, bench.peers.python, ["local"], { input: referenceInput(load) })).ms,
      }),
    }),
  };
}

function unchanged(bench: Bench, engine: BenchEngine, count: number): Workload {
  const load = { count, replicas: 1 };
  const [file, composeYml] = filesOf(bench, load);
  // Ours and the peer's run at the same time, since their names differ.
  let readyFor: readonly string[] | undefined;
  const before = async (): Promise<void> => {
    if (readyFor === bench.command) return;
    await clear(engine);
    await up(bench, file);
    if (!("missing" in bench.peers.compose)) await composeUp(bench, composeYml);
    readyFor = bench.command;
  };
  return {
    part: "local",
    name: `up of ${count} containers, nothing changed`,
    note,
    contenders: present({
      ours: { label: "ofdeploy up", before, run: async () => (await up(bench, file)).ms },
      peer: where(bench.peers.compose, {
        label: "docker compose up",
        before,
        run: async () => (await composeUp(bench, composeYml)).ms,
      }),
      floor: {
        label: "1 listing",
        before,
        async run() {
          const client = new RawClient(engine.host, engine.apiVersion);
          const ms = await timed(() => client.call("GET", "/containers/json?all=1"));
          client.close();
          return ms;
        },
      },
      // The settings of a container are in no list.
      node: nodeProgram(engine, async () => inspections(engine, count), before),
    }),
  };
}
