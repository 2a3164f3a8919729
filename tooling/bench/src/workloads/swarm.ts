import { mapLimit } from "@openfactory/deploy-core";
import { type Bench, ofdeploy, peerRun, present, where } from "../bench.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { appFile, composeFile, type Load, names, serviceSpec, write } from "../files.ts";
import { nodeProgram, type ProgramCall } from "../node-program.ts";
import { RawClient, timed } from "../raw-client.ts";
import { referenceInput } from "../reference-input.ts";
import type { Contender, Workload } from "../workload.ts";

/** Services without replicas, to measure deployment without the start of processes. */
export async function swarmWorkloads(bench: Bench): Promise<Workload[]> {
  const { engine } = bench;
  if (engine === undefined) return [{ part: "swarm", name: "up", contenders: {}, skip: "no engine" }];
  const changed = await changedWorkload(bench, engine);
  return [...[50, 500].flatMap((count) => [created(bench, engine, count), unchanged(bench, engine, count)]), changed];
}

/** Removes every service. */
async function clear({ host, apiVersion }: BenchEngine): Promise<void> {
  const client = new RawClient(host, apiVersion, 8);
  const services: { ID: string }[] = await client.call("GET", "/services");
  await mapLimit(8, services, ({ ID }) => client.call("DELETE", `/services/${ID}`));
  client.close();
}

const project = "bench-swarm";
const fileOf = (bench: Bench, name: string, load: Load): string =>
  write(bench.folder, `swarm-${name}.yml`, appFile(project, load));
const stackOf = (bench: Bench, name: string, load: Load): string =>
  write(bench.folder, `swarm-${name}-stack.yml`, composeFile(load, "swarm"));

const up = (bench: Bench, file: string) => ofdeploy(bench, ["up", "--platform", "swarm", "--no-wait", "--file", file]);
// Without a registry request for every image, which takes seconds each if no registry answers.
const stack = (bench: Bench, file: string) =>
  peerRun(bench, bench.peers.docker, ["stack", "deploy", "--resolve-image", "never", "--compose-file", file, project]);

const createCall = (index: number, load: Load): ProgramCall => ({
  method: "POST",
  path: "/services/create",
  body: serviceSpec(index, load),
});

const note = "ofdeploy up --no-wait; docker stack deploy --resolve-image never; neither waits for tasks";

function created(bench: Bench, engine: BenchEngine, count: number): Workload {
  const load = { count, replicas: 0 };
  const [file, stackFile] = [fileOf(bench, `new-${count}`, load), stackOf(bench, `new-${count}`, load)];
  const before = () => clear(engine);
  const floor: Contender = {
    label: `${count} creates`,
    before,
    async run() {
      const client = new RawClient(engine.host, engine.apiVersion);
      const ms = await timed(() =>
        mapLimit(1, names(load), (name) =>
          client.call("POST", "/services/create", serviceSpec(names(load).indexOf(name), load)),
        ),
      );
      client.close();
      return ms;
    },
  };
  return {
    part: "swarm",
    name: `up of ${count} new services`,
    note,
    contenders: present({
      ours: { label: "ofdeploy up", before, run: async () => (await up(bench, file)).ms },
      peer: where(bench.peers.docker, {
        label: "docker stack deploy",
        before,
        run: async () => (await stack(bench, stackFile)).ms,
      }),
      floor,
      node: nodeProgram(engine, async () => names(load).map((_, index) => createCall(index, load)), before),
      python: where(bench.peers.python, {
        label: "docker SDK for Python",
        before,
        run: async () => (await peerRun(bench, bench.peers.python, ["swarm"], { input: referenceInput(load) })).ms,
      }),
    }),
  };
}

function unchanged(bench: Bench, engine: BenchEngine, count: number): Workload {
  const load = { count, replicas: 0 };
  const [file, stackFile] = [fileOf(bench, `new-${count}`, load), stackOf(bench, `new-${count}`, load)];
  return {
    part: "swarm",
    name: `up of ${count} services, nothing changed`,
    note,
    contenders: present({
      ours: {
        label: "ofdeploy up",
        before: () => only(bench, engine, "ours", file),
        run: async () => (await up(bench, file)).ms,
      },
      peer: where(bench.peers.docker, {
        label: "docker stack deploy",
        before: () => only(bench, engine, "peer", stackFile),
        run: async () => (await stack(bench, stackFile)).ms,
      }),
      floor: {
        label: "1 listing",
        async run() {
          const client = new RawClient(engine.host, engine.apiVersion);
          const ms = await timed(() => client.call("GET", "/services?status=true"));
          client.close();
          return ms;
        },
      },
      node: nodeProgram(engine, async () => [{ path: "/services?status=true" }]),
    }),
  };
}

/** Creates the services of a file with its tool, and removes all others. */
async function only(bench: Bench, engine: BenchEngine, role: "ours" | "peer", file: string): Promise<void> {
  await clear(engine);
  await (role === "ours" ? up : stack)(bench, file);
}

async function changedWorkload(bench: Bench, engine: BenchEngine): Promise<Workload> {
  const load = { count: 500, replicas: 0 };
  const [stackFile, changedStack] = [
    stackOf(bench, "new-500", load),
    stackOf(bench, "changed", { ...load, changed: 5 }),
  ];
  // One file, which owns its services.
  const writeFile = (changed: number): string => fileOf(bench, "changed", { ...load, changed });
  const workload = { part: "swarm", name: "up of 500 services, 5 changed", note };
  return {
    ...workload,
    contenders: present({
      ours: {
        label: "ofdeploy up",
        before: () => only(bench, engine, "ours", writeFile(0)),
        run: async () => (await up(bench, writeFile(5))).ms,
      },
      peer: where(bench.peers.docker, {
        label: "docker stack deploy",
        before: () => only(bench, engine, "peer", stackFile),
        run: async () => (await stack(bench, changedStack)).ms,
      }),
      floor: {
        label: "1 listing, 5 updates",
        before: () => only(bench, engine, "ours", writeFile(0)),
        run: () => rawChange(engine, load),
      },
    }),
  };
}

async function rawChange(engine: BenchEngine, load: Load): Promise<number> {
  const client = new RawClient(engine.host, engine.apiVersion);
  const ms = await timed(async () => {
    const services: { ID: string; Version: { Index: number }; Spec: { Name: string } }[] = await client.call(
      "GET",
      "/services?status=true",
    );
    for (const { ID, Version, Spec } of services.filter(
      ({ Spec: { Name } }) => Number(Name.slice(4)) >= load.count - 5,
    )) {
      const body = { ...serviceSpec(Number(Spec.Name.slice(4)), { ...load, changed: 5 }), Name: Spec.Name };
      await client.call("POST", `/services/${ID}/update?version=${Version.Index}`, body);
    }
  });
  client.close();
  return ms;
}
