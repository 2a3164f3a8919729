import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import type { Kit } from "./situations/kit.js";

/** A kit on a real engine, and what takes back all that was made with it. */
export interface DockerKit extends Kit {
  cleanUp(): Promise<void>;
}

/** Ends at once when it is told to: a shell without a trap would not, as the first process of a container. */
const RUNS = ["sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"];

const shared = (prefix: string) => ({
  project: `${prefix}-${randomBytes(3).toString("hex")}`,
  // So that the table's processes that end stay ended.
  request: { image: TEST_IMAGE, labels: TEST_LABELS, restart: { Condition: "none" } as const },
  commands: { runs: RUNS, fails: ["sh", "-c", "exit 3"], ends: ["sh", "-c", "exit 0"] },
});

const versionIn = (env: readonly string[] | null | undefined): number =>
  Number(env?.find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? 0);

/** On one engine; what is there is asked of the engine itself. */
export function localKit(host: string): DockerKit {
  const raw = new RawEngine(host);
  const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
  const kit = shared("sit");
  return {
    ...kit,
    strategy,
    options: { settleMs: 300, timeoutMs: 30_000 },
    async versionOf(service) {
      const { status, body } = await raw.request("GET", `/containers/${service}/json`);
      return status === 404 ? 0 : versionIn(body.Config.Env);
    },
    stop: (service) => raw.call("POST", `/containers/${service}/kill`),
    async recreateNetwork(name) {
      const { Containers = {}, Labels } = await raw.call("GET", `/networks/${name}`);
      for (const container of Object.keys(Containers)) {
        await raw.call("POST", `/networks/${name}/disconnect`, { Container: container, Force: true });
      }
      await raw.call("DELETE", `/networks/${name}`);
      await raw.call("POST", "/networks/create", { Name: name, Labels });
    },
    async twinNetwork(name) {
      const { Labels } = await raw.call("GET", `/networks/${name}`);
      await raw.call("POST", "/networks/create", { Name: name, Labels, CheckDuplicate: false });
    },
    async cleanUp() {
      const containers: { Id: string; Names: string[] }[] = await raw.call("GET", "/containers/json?all=true");
      const mine = containers.filter(({ Names }) => Names.some((name) => name.includes(kit.project)));
      await Promise.all(mine.map(({ Id }) => raw.request("DELETE", `/containers/${Id}?force=true&v=true`)));
      const networks: { Id: string; Name: string }[] = await raw.call("GET", "/networks");
      for (const { Id, Name } of networks)
        if (Name.includes(kit.project)) await raw.request("DELETE", `/networks/${Id}`);
      await strategy.close();
    },
  };
}

/** On a swarm of one node. */
export function swarmKit(manager: RawEngine): DockerKit {
  const strategy = new SwarmDeploymentStrategy(createEngine({ host: manager.host }));
  const { request, ...kit } = shared("sit");
  // A swarm watches each new task for five seconds, unless it is told otherwise.
  const rollout = { Monitor: 500_000_000 };
  return {
    ...kit,
    request: { ...request, updateConfig: rollout, rollbackConfig: rollout },
    strategy,
    options: { settleMs: 1_000, timeoutMs: 60_000 },
    async versionOf(service) {
      const { status, body } = await manager.request("GET", `/services/${service}`);
      return status === 404 ? 0 : versionIn(body.Spec.TaskTemplate.ContainerSpec.Env);
    },
    // The table's processes are not started again.
    async stop(service) {
      const filters = JSON.stringify({ label: [`com.docker.swarm.service.name=${service}`] });
      const containers: { Id: string }[] = await manager.call(
        "GET",
        `/containers/json?filters=${encodeURIComponent(filters)}`,
      );
      for (const { Id } of containers) await manager.call("POST", `/containers/${Id}/kill`);
      while ((await strategy.inspect(service)).state !== "failed") await sleep(100);
    },
    async cleanUp() {
      const services: { ID: string; Spec: { Name: string } }[] = await manager.call("GET", "/services");
      const mine = services.filter(({ Spec }) => Spec.Name.includes(kit.project));
      await Promise.all(mine.map(({ ID }) => manager.request("DELETE", `/services/${ID}`)));
      const configs: { ID: string; Spec: { Name: string } }[] = await manager.call("GET", "/configs");
      for (const { ID, Spec } of configs)
        if (Spec.Name.includes(kit.project)) await manager.request("DELETE", `/configs/${ID}`);
      await manager.request("DELETE", `/networks/${kit.project}-net`);
      await strategy.close();
    },
  };
}
