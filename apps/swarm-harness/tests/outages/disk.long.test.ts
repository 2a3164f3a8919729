import { createSwarm, type Node, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandRun } from "../soak/command-run.js";
import { AppFolder } from "./app-folder.js";
import { FILLER, fillDisk } from "./fill-disk.js";

describe("the disk of a worker is full", () => {
  let swarm: Swarm;
  let worker: Node;
  const manager = (): Node => swarm.managers[0] as Node;
  beforeAll(async () => {
    // A manager's log of the swarm takes 64 MiB at once.
    swarm = await createSwarm({ nodes: 3, managers: 1, images: [TEST_IMAGE], diskMib: 200 });
    worker = swarm.workers[0] as Node;
  });
  afterAll(() => swarm?.down());

  const folder = (project: string): AppFolder =>
    new AppFolder(project, () => ["--platform", "swarm", "--host", manager().host]);
  const ran = async (apps: AppFolder, words: readonly string[], expected: readonly number[]): Promise<CommandRun> => {
    const run = await apps.run(words);
    process.stderr.write(`${words.join(" ")}: exit code ${run.code} after ${(run.tookMs / 1000).toFixed(1)} s\n`);
    expect(expected, run.text).toContain(run.code);
    expect(run.text).not.toMatch(/\n\s+at /);
    return run;
  };
  const expectReason = ({ text }: CommandRun): void => {
    expect(text).toContain(worker.name);
    expect(text).toMatch(/no space left on device/);
  };

  test(
    "up deploys to the other nodes, or fails with the node and its reason; up and down succeed when there is space again",
    { timeout: 1_200_000 },
    async () => {
      const bound = folder("bound");
      const lines = [`deploy: { placement: { constraints: ["node.hostname == ${worker.name}"] } }`];
      bound.write({ version: 1, names: ["a"], lines });
      await ran(bound, ["up"], [0]);
      await fillDisk(worker);

      // Swarm may try the full node again and again.
      const anywhere = folder("anywhere").write({ version: 1, names: ["a"], lines: ["deploy: { replicas: 3 }"] });
      const spread = await ran(anywhere, ["up", "--timeout", "40"], [0, 1, 6]);
      if (spread.code !== 0) expectReason(spread);
      bound.write({ version: 2, names: ["a"], lines });
      expectReason(await ran(bound, ["up", "--timeout", "40"], [1, 6]));

      await worker.api.call("DELETE", `/volumes/${FILLER}`);
      for (const apps of [bound, anywhere]) {
        await ran(apps, ["up"], [0]);
        await ran(apps, ["down"], [0]);
        apps.remove();
      }
      expect(await manager().api.call("GET", "/services")).toEqual([]);
    },
  );
});
