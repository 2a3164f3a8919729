import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { type Bench, peerRun, present, where } from "../bench.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { RawClient, timed } from "../raw-client.ts";
import type { Workload } from "../workload.ts";

const NAME = "bench-wait";
const TASKS = 3;

/** The time until a service is reported as ready, and the delay after the engine knows. */
export function waitWorkloads(bench: Bench): Workload[] {
  const { engine } = bench;
  if (engine === undefined) return [{ part: "wait", name: "wait", contenders: {}, skip: "no engine" }];
  return [untilRunning(bench, engine), delayOnSwarm(engine), delayOnDocker(engine)];
}

const request = {
  name: NAME,
  image: TEST_IMAGE,
  command: ["sleep", "3600"],
  mode: { Replicated: { Replicas: TASKS } },
};

/** Removes the service, and waits until its tasks are removed. */
async function clear(engine: BenchEngine): Promise<void> {
  const client = new RawClient(engine.host, engine.apiVersion);
  for (const { ID } of await client.call("GET", "/services")) await client.call("DELETE", `/services/${ID}`);
  while (
    (await client.call("GET", "/containers/json?all=1")).some(({ Names }: { Names: string[] }) =>
      Names[0]?.includes(NAME),
    )
  )
    await sleep(50);
  client.close();
}

const running = async (client: RawClient): Promise<boolean> => {
  const filters = encodeURIComponent(JSON.stringify({ service: [NAME], "desired-state": ["running"] }));
  const tasks: { Status: { State: string } }[] = await client.call("GET", `/tasks?filters=${filters}`);
  return tasks.filter(({ Status }) => Status.State === "running").length === TASKS;
};

function untilRunning(bench: Bench, engine: BenchEngine): Workload {
  const before = () => clear(engine);
  return {
    part: "wait",
    name: `a service of ${TASKS} tasks, until all run`,
    maxRuns: 5,
    note: "docker service create monitors the tasks for another 5 s before it ends; the floor polls every 5 ms",
    contenders: present({
      ours: {
        label: "deploy, wait without settling",
        before,
        async run() {
          const strategy = new SwarmDeploymentStrategy(createEngine({ host: engine.host }));
          const ms = await timed(async () => {
            await strategy.deploy(request);
            await strategy.wait(NAME, { settleMs: 0 });
          });
          await strategy.close();
          return ms;
        },
      },
      peer: where(bench.peers.docker, {
        label: "docker service create",
        before,
        run: async () =>
          (
            await peerRun(bench, bench.peers.docker, [
              "service",
              "create",
              "--no-resolve-image",
              "--quiet",
              "--name",
              NAME,
              "--replicas",
              String(TASKS),
              TEST_IMAGE,
              "sleep",
              "3600",
            ])
          ).ms,
      }),
      floor: {
        label: "create, poll",
        before,
        async run() {
          const client = new RawClient(engine.host, engine.apiVersion);
          const spec = {
            Name: NAME,
            TaskTemplate: { ContainerSpec: { Image: TEST_IMAGE, Command: request.command } },
            Mode: request.mode,
          };
          const ms = await timed(async () => {
            await client.call("POST", "/services/create", spec);
            while (!(await running(client))) await sleep(5);
          });
          client.close();
          return ms;
        },
      },
    }),
  };
}

/** Milliseconds between the result of a client that polls constantly and the resolution of `reported`. */
async function delay(reported: Promise<unknown>, isReady: () => Promise<boolean>): Promise<number> {
  let readyAt = 0;
  const watching = (async () => {
    while (!(await isReady())) await sleep(3);
    readyAt = performance.now();
  })();
  await reported;
  const reportedAt = performance.now();
  await watching;
  return Math.max(0, reportedAt - readyAt);
}

function delayOnSwarm(engine: BenchEngine): Workload {
  return {
    part: "wait",
    name: "Swarm: delay of ready after the manager",
    maxRuns: 7,
    contenders: {
      ours: {
        label: "wait without settling",
        before: () => clear(engine),
        async run() {
          const strategy = new SwarmDeploymentStrategy(createEngine({ host: engine.host }));
          const client = new RawClient(engine.host, engine.apiVersion);
          await strategy.deploy(request);
          const ms = await delay(strategy.wait(NAME, { settleMs: 0 }), () => running(client));
          client.close();
          await strategy.close();
          return ms;
        },
      },
    },
  };
}

function delayOnDocker(engine: BenchEngine): Workload {
  const client = new RawClient(engine.host, engine.apiVersion);
  const health = { Test: "test -e /tmp/ready || ! touch /tmp/ready", Interval: 1_000_000_000, Retries: 10 };
  return {
    part: "wait",
    name: "local Docker: delay of healthy after the engine",
    maxRuns: 7,
    contenders: {
      ours: {
        label: "wait",
        before: async () => void (await client.call("DELETE", `/containers/${NAME}?force=1`).catch(() => undefined)),
        async run() {
          const strategy = new LocalDockerDeploymentStrategy(createEngine({ host: engine.host }));
          await strategy.deploy({ name: NAME, image: TEST_IMAGE, command: ["sleep", "3600"], healthcheck: health });
          const ms = await delay(strategy.wait(NAME), async () => {
            const { State } = await client.call("GET", `/containers/${NAME}/json`);
            return State.Health?.Status === "healthy";
          });
          await client.call("DELETE", `/containers/${NAME}?force=1`);
          await strategy.close();
          return ms;
        },
      },
    },
  };
}
