import { setTimeout as sleep } from "node:timers/promises";
import { mapLimit } from "@openfactory/deploy-core";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { type Bench, ofdeploy, peerRun, present, where } from "../bench.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { appFile, composeFile, containerBody, type Load, names, serviceSpec, write } from "../files.ts";
import { nodeProgram } from "../node-program.ts";
import type { Peer } from "../peers/peers.ts";
import { RawClient, timed } from "../raw-client.ts";
import type { Contender, Workload } from "../workload.ts";

const project = "bench-ready";
/** Another tag of the test image, for updates. */
const OTHER_IMAGE = `${TEST_IMAGE.split(":")[0]}:bench-other`;
const LAST_LINES = ["logs", "--tail", "10"];
const MAX_RUNS: Readonly<Record<number, number>> = { 1: 9, 20: 3, 100: 2 };

/** A peer that takes longer is stopped: `docker stack deploy` watches 100 services for more than eight minutes. */
const LIMIT_MS = 120_000;

type On = "local" | "swarm";

/** The time until everything is ready, of updates, removals and reads. Every run is verified on the engine. */
export async function readyWorkloads(bench: Bench): Promise<Workload[]> {
  const { engine } = bench;
  if (engine === undefined) return [{ part: "ready", name: "ready", contenders: {}, skip: "no engine" }];
  const [repo = "", tag = ""] = OTHER_IMAGE.split(":");
  await engine.api.call("POST", `/images/${TEST_IMAGE}/tag?repo=${repo}&tag=${tag}`);
  const ready = new Ready(bench, engine);
  return (["local", "swarm"] as const).flatMap((on) => [
    ...[1, 20, 100].flatMap((count) => [false, true].map((isChecked) => ready.created(on, { count, isChecked }))),
    ready.updated(on, "image", { image: OTHER_IMAGE }),
    ready.updated(on, "one variable", { changed: 20 }),
    ...[20, 100].map((count) => ready.removed(on, count)),
    ...(["ps", "plan", "logs"] as const).map((command) => ready.read(on, command)),
  ]);
}

/** A tool that deploys and removes apps until they are ready or gone. Both return the duration in milliseconds. */
interface Tool {
  label: string;
  /** Deploys apps for a run that measures something else. Default: `deploy`. */
  prepare?(load: Load): Promise<unknown>;
  deploy(load: Load): Promise<number>;
  remove(load: Load): Promise<number>;
}

/** What a contender does with its tool. */
interface Work {
  before(tool: Tool): Promise<unknown>;
  run(tool: Tool): Promise<number>;
}

class Ready {
  readonly #bench: Bench;
  readonly #engine: BenchEngine;
  readonly #client: RawClient;
  /** The platform whose apps the next workload of reads can reuse. */
  #prepared: On | undefined;

  constructor(bench: Bench, engine: BenchEngine) {
    this.#bench = bench;
    this.#engine = engine;
    this.#client = new RawClient(engine.host, engine.apiVersion, 8);
  }

  created(on: On, { count, isChecked }: { count: number; isChecked: boolean }): Workload {
    const load: Load = { count, replicas: 1, checkSeconds: isChecked ? this.#checkSeconds(count) : undefined };
    const before = () => this.#clear();
    const verified = async (deployed: Promise<number>): Promise<number> => {
      const ms = await deployed;
      await this.#verify(load);
      return ms;
    };
    const loop: Contender = {
      label: "docker service create, one after another",
      before,
      run: () => verified(timed(() => this.#createInLoop(load))),
    };
    return {
      part: "ready",
      name: `${on}: up of ${count} ${isChecked ? "apps with health checks" : "apps"}, until ready`,
      maxRuns: MAX_RUNS[count] ?? 3,
      note: NOTES[on],
      contenders: present({
        ...this.#tools(on, { before, run: ({ deploy }) => verified(deploy(load)) }),
        // Each takes at least five seconds.
        loop: on === "swarm" && count === 1 ? where(this.#bench.peers.docker, loop) : undefined,
        floor: { label: "create, events", before, run: () => verified(this.#floor(on, load)) },
      }),
    };
  }

  /** The interval of health checks: their processes must not keep the cores busy, whichever tool deploys. */
  #checkSeconds(count: number): number {
    if (count <= 20) return 1;
    return this.#bench.isQuarter ? 60 : 5;
  }

  updated(on: On, what: string, change: Partial<Load>): Workload {
    const load: Load = { count: 20, replicas: 1 };
    const after = { ...load, ...change };
    return {
      part: "ready",
      name: `${on}: update of 20 apps, ${what}, until ready`,
      maxRuns: 2,
      note: NOTES[on],
      contenders: present(
        this.#tools(on, {
          before: (tool) => this.#only(tool, load),
          run: async ({ deploy }) => {
            const ms = await deploy(after);
            await this.#verify(after);
            return ms;
          },
        }),
      ),
    };
  }

  removed(on: On, count: number): Workload {
    const load: Load = { count, replicas: 1 };
    return {
      part: "ready",
      name: `${on}: down of ${count} apps, until gone`,
      maxRuns: 2,
      note: "apps whose process ends only when it is killed, after the grace period of 10 s, as in the peer's file",
      contenders: present(
        this.#tools(on, {
          before: (tool) => this.#only(tool, load),
          run: async ({ remove }) => {
            const ms = await remove(load);
            // Swarm deletes an ended container some time after both tools have reported its removal.
            const left = (await this.#containers()).filter(({ State }) => on === "local" || State === "running");
            if (left.length > 0) throw new Error(`${left.length} containers are left`);
            return ms;
          },
        }),
      ),
    };
  }

  read(on: On, command: "ps" | "plan" | "logs"): Workload {
    const load: Load = { count: 100, replicas: 1 };
    const words = command === "logs" ? LAST_LINES : [command];
    return {
      part: "ready",
      name: `${on}: ${words.join(" ")} of 100 apps`,
      note: "on an engine with the apps of both tools, each of which reads its own",
      contenders: present({
        ours: {
          label: `ofdeploy ${command}`,
          before: () => this.#prepare(on, load),
          run: () => this.#ofdeploy(on, load, words),
        },
        peer: this.#reader(on, command, load),
        node: nodeProgram(
          this.#engine,
          async () => (await this.#readPaths(on, command)).map((path) => ({ path })),
          () => this.#prepare(on, load),
        ),
      }),
    };
  }

  /** The other tool that reads the same, if there is one. */
  #reader(on: On, command: "ps" | "plan" | "logs", load: Load): Contender | undefined {
    const { docker, compose } = this.#bench.peers;
    const before = () => this.#prepare(on, load);
    if (on === "swarm") {
      const run = async () => (await peerRun(this.#bench, docker, ["stack", "ps", project])).ms;
      return command === "ps" ? where(docker, { label: "docker stack ps", before, run }) : undefined;
    }
    const words = { ps: ["ps", "--all"], plan: ["--dry-run", "up", "--detach"], logs: LAST_LINES }[command];
    return where(compose, {
      label: `docker compose ${words.join(" ")}`,
      before,
      run: () => this.#compose(load, words),
    });
  }

  /** What must be read. `plan` reads all settings, which only an inspection of a container has. */
  async #readPaths(on: On, command: "ps" | "plan" | "logs"): Promise<string[]> {
    const lists = on === "swarm" ? ["/services?status=1", "/tasks"] : ["/containers/json?all=1"];
    if (command === "ps" || (on === "swarm" && command === "plan")) return lists;
    const services: { ID: string }[] = on === "swarm" ? await this.#client.call("GET", "/services") : [];
    const all =
      on === "swarm"
        ? services.map(({ ID }) => `/services/${ID}`)
        : (await this.#containers()).map(({ Id }) => `/containers/${Id}`);
    const details = command === "plan" ? "/json" : "/logs?stdout=1&stderr=1&tail=10";
    // The engine has the apps of both tools.
    return [...lists, ...all.slice(0, 100).map((path) => `${path}${details}`)];
  }

  /** The contenders of both tools of a platform. */
  #tools(on: On, { before, run }: Work): Record<"ours" | "peer", Contender | undefined> {
    const { docker, compose } = this.#bench.peers;
    const contender = (tool: Tool): Contender => ({
      label: tool.label,
      before: async () => void (await before(tool)),
      run: () => run(tool),
    });
    const peer: Peer = on === "local" ? compose : docker;
    return { ours: contender(this.#ours(on)), peer: where(peer, contender(this.#peer(on))) };
  }

  #ours(on: On): Tool {
    return {
      label: "ofdeploy",
      deploy: (load) => this.#ofdeploy(on, load, ["up"]),
      remove: (load) => this.#ofdeploy(on, load, ["down", "--yes"]),
    };
  }

  #peer(on: On): Tool {
    if (on === "local")
      return {
        label: "docker compose",
        deploy: (load) => this.#compose(load, ["up", "--detach", "--wait"]),
        remove: (load) => this.#compose(load, ["down", "--timeout", "10"]),
      };
    const stack = async (...words: string[]): Promise<number> =>
      (await peerRun(this.#bench, this.#bench.peers.docker, ["stack", ...words, project], { limitMs: LIMIT_MS })).ms;
    const deploy = (load: Load, ...words: string[]): Promise<number> => {
      const file = write(this.#bench.folder, "ready-stack.yml", composeFile(load, "swarm"));
      return stack("deploy", "--resolve-image", "never", "--compose-file", file, ...words);
    };
    return {
      label: "docker stack",
      deploy: (load) => deploy(load, "--detach=false"),
      prepare: async (load) => {
        const others = (await this.#readyImages(load)).length;
        await deploy(load, "--detach=true");
        await this.#untilReady({ ...load, count: others + load.count });
      },
      remove: () => stack("rm", "--detach=false"),
    };
  }

  async #ofdeploy(on: On, load: Load, words: readonly string[]): Promise<number> {
    const file = write(this.#bench.folder, `ready-${on}.yml`, appFile(project, load));
    const platform = on === "local" ? "docker" : "swarm";
    return (await ofdeploy(this.#bench, [...words, "--platform", platform, "--file", file])).ms;
  }

  async #compose(load: Load, words: readonly string[]): Promise<number> {
    const file = write(this.#bench.folder, "ready-compose.yml", composeFile(load, "local"));
    const options = ["--project-name", project, "--file", file];
    return (await peerRun(this.#bench, this.#bench.peers.compose, [...options, ...words])).ms;
  }

  async #createInLoop(load: Load): Promise<void> {
    const { checkSeconds } = load;
    const health = checkSeconds === undefined ? [] : ["--health-cmd", "true", "--health-interval", `${checkSeconds}s`];
    for (const name of names(load)) {
      const words = ["service", "create", "--no-resolve-image", "--detach=false", "--quiet", "--name", name, ...health];
      await peerRun(this.#bench, this.#bench.peers.docker, [...words, TEST_IMAGE, "sleep", "3600"]);
    }
  }

  /** Creates everything in sequence, and reads the engine's events until all of it is ready. */
  #floor(on: On, load: Load): Promise<number> {
    return timed(async () => {
      const ready = new Set<string>();
      const isReady = Promise.withResolvers<void>();
      const action = load.checkSeconds === undefined ? "start" : "health_status: healthy";
      const stop = await this.#client.events(action, (container) => {
        // The container of a task has the name of the service, the slot and the id of the task.
        ready.add(container.split(".")[0] ?? "");
        if (ready.size === load.count) isReady.resolve();
      });
      try {
        await this.#createAll(on, load);
        await isReady.promise;
      } finally {
        stop();
      }
    });
  }

  async #createAll(on: On, load: Load): Promise<void> {
    for (const [index, name] of names(load).entries()) {
      if (on === "swarm") await this.#client.call("POST", "/services/create", serviceSpec(index, load));
      else {
        const body = containerBody(index, load);
        const { Id } = await this.#client.call("POST", `/containers/create?name=${name}`, body);
        await this.#client.call("POST", `/containers/${Id}/start`);
      }
    }
  }

  async #untilReady(load: Load): Promise<void> {
    while ((await this.#readyImages(load)).length < load.count) await sleep(50);
  }

  async #containers(): Promise<{ Id: string; Image: string; State: string; Status: string }[]> {
    const all: { Id: string; Image: string; State: string; Status: string; Names: string[] }[] =
      await this.#client.call("GET", "/containers/json?all=1");
    return all.filter(({ Names }) => Names.some((name) => name.includes("app-")));
  }

  /** The images of the containers that are ready. */
  async #readyImages({ checkSeconds }: Load): Promise<string[]> {
    return (await this.#containers())
      .filter(
        ({ State, Status }) => State === "running" && (checkSeconds === undefined || Status.includes("(healthy)")),
      )
      .map(({ Image }) => Image);
  }

  /** @throws Error if the engine does not run exactly these apps. */
  async #verify(load: Load): Promise<void> {
    const { count, image = TEST_IMAGE } = load;
    const images = await this.#readyImages(load);
    if (images.length !== count || images.some((each) => !each.startsWith(image)))
      throw new Error(`${images.length} of ${count} apps are ready, with ${[...new Set(images)].join(", ")}`);
  }

  /** Deploys apps with a tool, and removes all others. */
  async #only({ deploy, prepare = deploy }: Tool, load: Load): Promise<void> {
    await this.#clear();
    await prepare(load);
  }

  /** Deploys the apps with both tools, which use other names, once for all reads of a platform. */
  async #prepare(on: On, load: Load): Promise<void> {
    if (this.#prepared === on) return;
    await this.#only(this.#ours(on), load);
    const { deploy, prepare = deploy } = this.#peer(on);
    await prepare(load);
    this.#prepared = on;
  }

  /** Removes all services and containers, and waits until they are gone. */
  async #clear(): Promise<void> {
    this.#prepared = undefined;
    const services: { ID: string }[] = await this.#client.call("GET", "/services");
    await mapLimit(8, services, ({ ID }) => this.#client.call("DELETE", `/services/${ID}`));
    for (;;) {
      const left = await this.#containers();
      if (left.length === 0) return;
      await mapLimit(8, left, ({ Id }) =>
        this.#client.call("DELETE", `/containers/${Id}?force=1`).catch(() => undefined),
      );
      await sleep(50);
    }
  }
}

const NOTES: Readonly<Record<On, string>> = {
  local:
    "docker compose up --wait. Both report an app without a health check half a second after its start: ofdeploy counts from the time of its process, Compose from its own wait. For the floor, a container is ready when it has started, or when its health check has passed",
  swarm:
    "docker stack deploy --detach=false watches each service for another 5 s before it reports it; ofdeploy for one second, and not with a health check. For the floor, a container is ready when it has started, or when its health check has passed",
};
