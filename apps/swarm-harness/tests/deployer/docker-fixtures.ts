import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import type { PlatformFixture } from "./scenarios/platform-fixture.js";

/** A fixture on a real engine, which removes everything that was created with it. */
export interface DockerFixture extends PlatformFixture {
  cleanUp(): Promise<void>;
}

/** Exits at once on SIGTERM: a shell without a trap ignores it as the first process of a container. */
const RUNS = ["sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"];

const shared = (prefix: string) => ({
  project: `${prefix}-${randomBytes(3).toString("hex")}`,
  // A process of the table that exits is not restarted.
  request: { image: TEST_IMAGE, labels: TEST_LABELS, restart: { Condition: "none" } as const },
  commands: { runs: RUNS, fails: ["sh", "-c", "exit 3"], ends: ["sh", "-c", "exit 0"] },
});

const versionIn = (env: readonly string[] | null | undefined): number =>
  Number(env?.find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? 0);

/** On one engine. Versions are read from the engine itself. */
export function createLocalFixture(host: string): DockerFixture {
  const raw = new RawEngine(host);
  const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
  const fixture = shared("sit");
  return {
    ...fixture,
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
    async duplicateNetwork(name) {
      const { Labels } = await raw.call("GET", `/networks/${name}`);
      await raw.call("POST", "/networks/create", { Name: name, Labels, CheckDuplicate: false });
    },
    async cleanUp() {
      const containers: { Id: string; Names: string[] }[] = await raw.call("GET", "/containers/json?all=true");
      const mine = containers.filter(({ Names }) => Names.some((name) => name.includes(fixture.project)));
      await Promise.all(mine.map(({ Id }) => raw.request("DELETE", `/containers/${Id}?force=true&v=true`)));
      const networks: { Id: string; Name: string }[] = await raw.call("GET", "/networks");
      for (const { Id, Name } of networks)
        if (Name.includes(fixture.project)) await raw.request("DELETE", `/networks/${Id}`);
      await strategy.close();
    },
  };
}

/** On a swarm of one node. */
export function createSwarmFixture(manager: RawEngine): DockerFixture {
  const strategy = new SwarmDeploymentStrategy(createEngine({ host: manager.host }));
  const { request, ...fixture } = shared("sit");
  // Shorter than a swarm's default of five seconds for each new task.
  const rollout = { Monitor: 500_000_000 };
  return {
    ...fixture,
    request: { ...request, updateConfig: rollout, rollbackConfig: rollout },
    strategy,
    options: { settleMs: 1_000, timeoutMs: 60_000 },
    async versionOf(service) {
      const { status, body } = await manager.request("GET", `/services/${service}`);
      return status === 404 ? 0 : versionIn(body.Spec.TaskTemplate.ContainerSpec.Env);
    },
    // The processes of the table are not restarted.
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
      const mine = services.filter(({ Spec }) => Spec.Name.includes(fixture.project));
      await Promise.all(mine.map(({ ID }) => manager.request("DELETE", `/services/${ID}`)));
      const configs: { ID: string; Spec: { Name: string } }[] = await manager.call("GET", "/configs");
      for (const { ID, Spec } of configs)
        if (Spec.Name.includes(fixture.project)) await manager.request("DELETE", `/configs/${ID}`);
      await manager.request("DELETE", `/networks/${fixture.project}-net`);
      await strategy.close();
    },
  };
}
