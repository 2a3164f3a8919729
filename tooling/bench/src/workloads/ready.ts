import { setTimeout as sleep } from "node:timers/promises";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { type Bench, ofdeploy, peerRun, present, where } from "../bench.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { appFile, composeFile, containerBody, type Load, names, serviceSpec, write } from "../files.ts";
import { each, RawClient, timed } from "../raw-client.ts";
import type { Contender, Workload } from "../workload.ts";

const project = "bench-ready";
/** Another tag of the test image, for updates. */
const OTHER_IMAGE = `${TEST_IMAGE.split(":")[0]}:bench-other`;
const MAX_RUNS: Readonly<Record<number, number>> = { 1: 9, 20: 5, 100: 3 };

type On = "local" | "swarm";

/** The time until everything is ready, of updates, removals and reads. Every run is verified on the engine. */
export async function readyWorkloads(bench: Bench): Promise<Workload[]> {
  const { engine } = bench;
  if (engine === undefined) return [{ part: "ready", name: "ready", contenders: {}, skip: "no engine" }];
  const [repo = "", tag = ""] = OTHER_IMAGE.split(":");
  await engine.api.call("POST", `/images/${TEST_IMAGE}/tag?repo=${repo}&tag=${tag}`);
  const made = new Ready(bench, engine);
  return (["local", "swarm"] as const).flatMap((on) => [
    ...[1, 20, 100].flatMap((count) => [false, true].map((isChecked) => made.created(on, { count, isChecked }))),
    made.updated(on, "image", { image: OTHER_IMAGE }),
    made.updated(on, "one variable", { changed: 20 }),
    ...[20, 100].map((count) => made.removed(on, count)),
    ...(["ps", "plan", "logs"] as const).map((command) => made.read(on, command)),
  ]);
}

class Ready {
  readonly #bench: Bench;
  readonly #engine: BenchEngine;
  /** The state that the next workload of reads can reuse. */
  #prepared = "";

  constructor(bench: Bench, engine: BenchEngine) {
    this.#bench = bench;
    this.#engine = engine;
  }

  created(on: On, part: { count: number; isChecked: boolean }): Workload {
    const load: Load = { ...part, replicas: 1 };
    const before = () => this.#clear();
    const work = (run: () => Promise<number>) => async () => {
      const ms = await run();
      await this.#verify(load);
      return ms;
    };
    const loop: Contender = {
      label: "docker service create, one after another",
      before,
      run: work(() => timed(() => this.#createInLoop(load))),
    };
    return {
      part: "ready",
      name: `${on}: up of ${load.count} ${load.isChecked ? "apps with health checks" : "apps"}, until ready`,
      maxRuns: MAX_RUNS[load.count] ?? 3,
      note: NOTES[on],
      contenders: present({
        ours: { label: "ofdeploy up", before, run: work(() => this.#up(on, load)) },
        peer: this.#peer(on, before, (peer) => work(() => peer(load))),
        // Each takes at least five seconds.
        loop: on === "swarm" && load.count === 1 ? where(this.#bench.peers.docker, loop) : undefined,
        floor: { label: "create, read events", before, run: work(() => this.#floor(on, load)) },
      }),
    };
  }

  updated(on: On, what: string, change: Partial<Load>): Workload {
    const load: Load = { count: 20, replicas: 1 };
    const after = { ...load, ...change };
    const prepare = (deploy: (load: Load) => Promise<number>) => async () => {
      await this.#clear();
      await deploy(load);
    };
    const up = (each: Load) => this.#up(on, each);
    return {
      part: "ready",
      name: `${on}: update of 20 apps, ${what}, until ready`,
      maxRuns: 3,
      note: NOTES[on],
      contenders: present({
        ours: { label: "ofdeploy up", before: prepare(up), run: () => this.#changed(after, () => up(after)) },
        peer: this.#peer(
          on,
          undefined,
          (peer) => () => this.#changed(after, () => peer(after)),
          (peer) => prepare(peer),
        ),
      }),
    };
  }

  removed(on: On, count: number): Workload {
    const load: Load = { count, replicas: 1 };
    const down = async (): Promise<number> => {
      const file = this.#appFile(on, load);
      return (await ofdeploy(this.#bench, ["down", "--yes", "--platform", platformOf(on), "--file", file])).ms;
    };
    const peerDown = async (): Promise<number> =>
      on === "local"
        ? (await this.#compose(load, ["down", "--timeout", "10"])).ms
        : (await peerRun(this.#bench, this.#bench.peers.docker, ["stack", "rm", "--detach=false", project])).ms;
    const gone = (run: () => Promise<number>) => async () => {
      const ms = await run();
      const left = (await this.#containers()).length;
      if (left > 0) throw new Error(`${left} containers are left`);
      return ms;
    };
    const prepare = (deploy: (load: Load) => Promise<number>) => async () => {
      await this.#clear();
      await deploy(load);
    };
    return {
      part: "ready",
      name: `${on}: down of ${count} apps, until gone`,
      maxRuns: 3,
      note: "apps whose process ends only when it is killed, after the grace period of 10 s, as in the peer's file",
      contenders: present({
        ours: { label: "ofdeploy down", before: prepare((each) => this.#up(on, each)), run: gone(down) },
        peer: this.#peer(
          on,
          undefined,
          () => gone(peerDown),
          (peer) => prepare(peer),
        ),
      }),
    };
  }

  read(on: On, command: "ps" | "plan" | "logs"): Workload {
    const load: Load = { count: 100, replicas: 1 };
    const file = this.#appFile(on, load);
    const before = async (): Promise<void> => {
      if (this.#prepared === on) return;
      await this.#clear();
      await this.#up(on, load);
      this.#prepared = on;
    };
    const words = command === "logs" ? ["logs", "--tail", "10"] : [command];
    const ours = async (): Promise<number> =>
      (await ofdeploy(this.#bench, [...words, "--platform", platformOf(on), "--file", file])).ms;
    const { docker, compose } = this.#bench.peers;
    const label = `label=org.openfactory.deploy.project=${project}`;
    const peer = async (): Promise<number> => {
      if (command === "ps" && on === "local")
        return (await peerRun(this.#bench, docker, ["ps", "--all", "--filter", label])).ms;
      return (await peerRun(this.#bench, docker, ["service", "ls", "--filter", label])).ms;
    };
    return {
      part: "ready",
      name: `${on}: ${words.join(" ")} of 100 apps`,
      note:
        command === "ps"
          ? "the peer lists the same services: docker ps, docker service ls"
          : "docker compose logs reads the same apps, deployed by Compose; `plan` has no equivalent",
      contenders: present({
        ours: { label: `ofdeploy ${command}`, before, run: ours },
        peer:
          command === "ps"
            ? where(docker, { label: "docker", before, run: peer })
            : command === "logs" && on === "local"
              ? where(compose, this.#composeLogs(load))
              : undefined,
      }),
    };
  }

  /** Compose can read only its own containers. Those of ofdeploy are removed for it. */
  #composeLogs(load: Load): Contender {
    return {
      label: "docker compose logs",
      before: async () => {
        await this.#clear();
        await this.#compose(load, ["up", "--detach", "--wait"]);
      },
      run: async () => (await this.#compose(load, ["logs", "--tail", "10"])).ms,
    };
  }

  /** The contender with the platform's other tool, if it is available. */
  #peer(
    on: On,
    before: (() => Promise<void>) | undefined,
    run: (deploy: (load: Load) => Promise<number>) => () => Promise<number>,
    prepare?: (deploy: (load: Load) => Promise<number>) => () => Promise<void>,
  ): Contender | undefined {
    const { docker, compose } = this.#bench.peers;
    const deploy = (load: Load): Promise<number> => (on === "local" ? this.#composeUp(load) : this.#stack(load));
    const prepared = prepare?.(deploy) ?? before;
    return where(on === "local" ? compose : docker, {
      label: on === "local" ? "docker compose up --wait" : "docker stack deploy --detach=false",
      ...(prepared && { before: prepared }),
      run: run(deploy),
    });
  }

  #appFile = (on: On, load: Load): string => write(this.#bench.folder, `ready-${on}.yml`, appFile(project, load));

  async #up(on: On, load: Load): Promise<number> {
    const file = this.#appFile(on, load);
    return (await ofdeploy(this.#bench, ["up", "--platform", platformOf(on), "--file", file])).ms;
  }

  #compose(load: Load, words: readonly string[]) {
    const file = write(this.#bench.folder, "ready-compose.yml", composeFile(load, "local"));
    return peerRun(this.#bench, this.#bench.peers.compose, ["--project-name", project, "--file", file, ...words]);
  }

  #composeUp = async (load: Load): Promise<number> => (await this.#compose(load, ["up", "--detach", "--wait"])).ms;

  async #stack(load: Load): Promise<number> {
    const file = write(this.#bench.folder, "ready-stack.yml", composeFile(load, "swarm"));
    const words = ["stack", "deploy", "--detach=false", "--resolve-image", "never", "--compose-file", file, project];
    return (await peerRun(this.#bench, this.#bench.peers.docker, words)).ms;
  }

  async #createInLoop(load: Load): Promise<void> {
    const health = load.isChecked ? ["--health-cmd", "true", "--health-interval", "1s"] : [];
    for (const name of names(load)) {
      const words = ["service", "create", "--no-resolve-image", "--detach=false", "--quiet", "--name", name, ...health];
      await peerRun(this.#bench, this.#bench.peers.docker, [...words, TEST_IMAGE, "sleep", "3600"]);
    }
  }

  /** Creates everything in sequence, and reads the engine's events until all of it is ready. */
  async #floor(on: On, load: Load): Promise<number> {
    const client = new RawClient(this.#engine.host, this.#engine.apiVersion, 2);
    const ms = await timed(async () => {
      const all = names(load).entries();
      if (on === "swarm") {
        for (const [index] of all) await client.call("POST", "/services/create", serviceSpec(index, load));
      } else {
        for (const [index, name] of all) {
          const { Id } = await client.call("POST", `/containers/create?name=${name}`, containerBody(index, load));
          await client.call("POST", `/containers/${Id}/start`);
        }
      }
      while ((await this.#readyCount(load)) < load.count) await sleep(5);
    });
    client.close();
    return ms;
  }

  async #changed(after: Load, run: () => Promise<number>): Promise<number> {
    const ms = await run();
    await this.#verify(after);
    return ms;
  }

  async #containers(): Promise<{ Id: string; Image: string; State: string; Status: string }[]> {
    const client = new RawClient(this.#engine.host, this.#engine.apiVersion);
    const all: { Id: string; Image: string; State: string; Status: string; Names: string[] }[] = await client.call(
      "GET",
      "/containers/json?all=1",
    );
    client.close();
    return all.filter(({ Names }) => Names.some((name) => name.includes("app-")));
  }

  async #readyCount({ isChecked = false }: Load): Promise<number> {
    const running = (await this.#containers()).filter(({ State }) => State === "running");
    return running.filter(({ Status }) => !isChecked || Status.includes("(healthy)")).length;
  }

  /** @throws Error if the engine does not run exactly these apps. */
  async #verify(load: Load): Promise<void> {
    const ready = await this.#readyCount(load);
    const images = new Set(
      (await this.#containers()).filter(({ State }) => State === "running").map(({ Image }) => Image),
    );
    const image = load.image ?? TEST_IMAGE;
    if (ready !== load.count || [...images].some((each) => !each.startsWith(image)))
      throw new Error(`${ready} of ${load.count} apps are ready, with ${[...images].join(", ")}`);
  }

  /** Removes all services and containers, and waits until they are gone. */
  async #clear(): Promise<void> {
    this.#prepared = "";
    const client = new RawClient(this.#engine.host, this.#engine.apiVersion, 8);
    const services: { ID: string }[] = await client.call("GET", "/services");
    await each(8, services, ({ ID }) => client.call("DELETE", `/services/${ID}`));
    for (;;) {
      const left = await this.#containers();
      if (left.length === 0) break;
      await each(8, left, ({ Id }) => client.call("DELETE", `/containers/${Id}?force=1`).catch(() => undefined));
      await sleep(50);
    }
    client.close();
  }
}

const platformOf = (on: On): string => (on === "local" ? "docker" : "swarm");

const NOTES: Readonly<Record<On, string>> = {
  local:
    "ofdeploy reports an app without a health check as running after one second, since many processes fail at once; Compose reports it at its start",
  swarm:
    "docker watches each service for another 5 s before it reports it; ofdeploy for one second. The floor polls every 5 ms",
};
