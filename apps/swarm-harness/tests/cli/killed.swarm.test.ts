import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { killRuns, type TestPlatform } from "./support/kill-runs.js";

let swarm: Swarm;
let manager: RawEngine;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  manager = new RawEngine(swarm.managers[0]?.host ?? "");
});
afterAll(() => swarm?.down());

interface Named {
  ID: string;
  Spec: { Name: string; Labels: Record<string, string> | null };
}
interface Service extends Named {
  Spec: Named["Spec"] & { TaskTemplate: { ContainerSpec: { Env: string[] } } };
  ServiceStatus: { RunningTasks: number; DesiredTasks: number };
}

const isOf =
  (project: string) =>
  ({ Spec }: Named): boolean =>
    Spec.Name.includes(project) || Object.values(Spec.Labels ?? {}).includes(project);

const platform: TestPlatform = {
  get options() {
    return ["--platform", "swarm", "--host", manager.host];
  },
  async versions(project) {
    const services: Service[] = await manager.call("GET", "/services?status=true");
    return Object.fromEntries(
      services.filter(isOf(project)).map(({ Spec, ServiceStatus }) => {
        const version =
          Spec.TaskTemplate.ContainerSpec.Env.find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? "";
        const { RunningTasks, DesiredTasks } = ServiceStatus;
        return [Spec.Name, RunningTasks === DesiredTasks ? version : `${version} ${RunningTasks}/${DesiredTasks}`];
      }),
    );
  },
  async leftovers(project) {
    const lists = await Promise.all(
      ["services", "configs", "secrets"].map(async (kind) => {
        const all: Named[] = await manager.call("GET", `/${kind}`);
        return all.filter(isOf(project)).map(({ Spec }) => `${kind} ${Spec.Name}`);
      }),
    );
    const networks: { Name: string }[] = await manager.call("GET", "/networks");
    return [...lists.flat(), ...networks.map(({ Name }) => Name).filter((name) => name.includes(project))];
  },
  // The swarm is removed with everything on it.
  sweep: async () => undefined,
};

/** `npm run test:kills` sets 100. */
const RUNS = Number(process.env["KILLS"] ?? 2);

test(
  "the next up on a swarm converges to the file after up was killed at any moment",
  { timeout: 60_000 + RUNS * 60_000 },
  () => killRuns(platform, RUNS),
);
