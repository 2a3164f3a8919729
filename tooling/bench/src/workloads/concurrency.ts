import { mapLimit } from "@openfactory/deploy-core";
import { type Bench, ofdeploy } from "../bench.ts";
import { appFile, write } from "../files.ts";
import { RawClient } from "../raw-client.ts";
import type { Contender, Workload } from "../workload.ts";

const SIZES = [1, 2, 4, 8, 16, 32];

/** Several values of --concurrency, for the choice of the default. Runs with `--only concurrency` only. */
export function concurrencyWorkloads(bench: Bench): Workload[] {
  const { engine } = bench;
  if (engine === undefined) return [{ part: "concurrency", name: "up", contenders: {}, skip: "no engine" }];
  const client = (): RawClient => new RawClient(engine.host, engine.apiVersion, 8);
  const clear = {
    swarm: async () => {
      const services: { ID: string }[] = await client().call("GET", "/services");
      await mapLimit(8, services, ({ ID }) => client().call("DELETE", `/services/${ID}`));
    },
    docker: async () => {
      const containers: { Id: string }[] = await client().call("GET", "/containers/json?all=1");
      await mapLimit(4, containers, ({ Id }) => client().call("DELETE", `/containers/${Id}?force=1`));
    },
  };
  const up = (platform: "swarm" | "docker", count: number, size: number): Contender => ({
    label: `--concurrency ${size}`,
    before: clear[platform],
    async run() {
      const load = { count, replicas: platform === "swarm" ? 0 : 1 };
      const file = write(bench.folder, `concurrency-${platform}.yml`, appFile("bench-concurrency", load));
      return (
        await ofdeploy(bench, [
          "up",
          "--platform",
          platform,
          "--no-wait",
          "--concurrency",
          String(size),
          "--file",
          file,
        ])
      ).ms;
    },
  });
  return SIZES.flatMap((size): Workload[] => [
    {
      part: "concurrency",
      name: `up of 500 swarm services, ${size} at a time`,
      contenders: { ours: up("swarm", 500, size) },
    },
    {
      part: "concurrency",
      name: `up of 20 containers, ${size} at a time`,
      maxRuns: 5,
      contenders: { ours: up("docker", 20, size) },
    },
  ]);
}
