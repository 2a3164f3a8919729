// A process that deploys and removes for a long time, or follows logs. It runs the built packages, with --expose-gc, and prints
// one line of JSON for each measurement: what must not grow.
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

const [work, host, countText, image] = process.argv.slice(2);
const count = Number(countText);
const { signal } = new AbortController();
// 100 calls at the same time take a busy engine minutes.
const engine = createEngine({ host, env: { DOCKER_CONFIG: "/nowhere" }, timeoutMs: 300_000 });

async function measure(done) {
  // Connections and timers of the last calls end first.
  await sleep(50);
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const listeners = getEventListeners(signal, "abort").length;
  const measured = { done, heap: heapUsed + external + arrayBuffers, rss, resources, listeners };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

const request = (name, replicas) => ({
  name,
  image,
  command: ["sleep", "3600"],
  env: ["A=1"],
  labels: { "org.openfactory.deploy.test": "1" },
  ...(replicas !== undefined && { mode: { Replicated: { Replicas: replicas } } }),
});

const CONCURRENCY = 20;

/** Deploys and removes `count` services, some at a time, and measures after each tenth. */
async function deployAll(strategy, replicas) {
  for (let done = 0; done < count;) {
    const end = done + count / 10;
    let next = done;
    const one = async () => {
      while (next < end) {
        const name = `load-${process.pid}-${(next += 1)}`;
        await strategy.deploy(request(name, replicas), { signal });
        await strategy.wait(name, { signal, settleMs: 0, timeoutMs: 60_000 });
        await strategy.remove(name, { signal });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
    done = end;
    await measure(done);
  }
}

/** Deploys and removes containers of 100 names at the same time for `count` seconds, and measures ten times, between the calls. */
async function churn(strategy) {
  let done = 0;
  const cycle = async (name, end) => {
    do {
      await strategy.deploy({ ...request(name), stopGracePeriod: 0 }, { signal });
      const { running } = (await strategy.inspect(name, { signal })).replicas;
      if (running !== 1) throw new Error(`${name} has ${running} running containers`);
      await strategy.remove(name, { signal });
      done += 1;
    } while (Date.now() < end);
  };
  for (let part = 1; part <= 10; part += 1) {
    const end = Date.now() + count * 100;
    await Promise.all(Array.from({ length: 100 }, (_, index) => cycle(`load-${index}`, end)));
    await measure(done);
  }
}

/** Follows the logs of 100 services for `count` seconds, and measures ten times. */
async function follow(strategy) {
  const names = Array.from({ length: 100 }, (_, index) => `noisy-${index}`);
  await Promise.all(names.map((name) => strategy.deploy(request(name))));
  const stop = new AbortController();
  let lines = 0;
  const reading = names.map(async (name) => {
    try {
      for await (const { line } of strategy.logs(name, { follow: true, signal: stop.signal })) lines += line.length > 0;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  });
  for (let part = 1; part <= 10; part += 1) {
    await Promise.race([sleep((count * 1000) / 10), Promise.all(reading)]);
    await measure(lines);
  }
  stop.abort();
  await Promise.all(reading);
  await measure(lines);
}

const WORK = {
  swarm: () => deployAll(new SwarmDeploymentStrategy(engine), 0),
  docker: () => deployAll(new LocalDockerDeploymentStrategy(engine), undefined),
  churn: () => churn(new LocalDockerDeploymentStrategy(engine)),
  logs: () => follow(new LocalDockerDeploymentStrategy(engine)),
};
await WORK[work]();
await engine.close();
