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
const engine = createEngine({ host, env: { DOCKER_CONFIG: "/nowhere" } });

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

/** Follows the logs of 100 services for `count` seconds, and measures ten times. */
async function follow(strategy) {
  const names = Array.from({ length: 100 }, (_, index) => `noisy-${index}`);
  for (const name of names) await strategy.deploy(request(name));
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
  logs: () => follow(new LocalDockerDeploymentStrategy(engine)),
};
await WORK[work]();
await engine.close();
