import { createSwarm, type Node, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
  const ran = async (apps: AppFolder, words: readonly string[], expected: number): Promise<string> => {
    const run = await apps.run(words);
    process.stderr.write(`${words.join(" ")}: exit code ${run.code} after ${(run.tookMs / 1000).toFixed(1)} s\n`);
    expect(run.code, run.text).toBe(expected);
    return run.text;
  };

  test("an app that runs anywhere is deployed to the other nodes; one that is bound to it fails with the node and its reason", async () => {
    const bound = folder("bound");
    const lines = [`deploy: { placement: { constraints: ["node.hostname == ${worker.name}"] } }`];
    bound.write({ version: 1, names: ["a"], lines });
    await ran(bound, ["up"], 0);
    await fillDisk(worker);

    const anywhere = folder("anywhere").write({ version: 1, names: ["a", "b"], lines: ["deploy: { replicas: 3 }"] });
    await ran(anywhere, ["up"], 0);
    await ran(anywhere, ["down"], 0);

    bound.write({ version: 2, names: ["a"], lines });
    const text = await ran(bound, ["up"], 1);
    expect(text).toContain(worker.name);
    expect(text).toMatch(/no space left on device/);
    expect(text).not.toMatch(/\n\s+at /);

    await worker.api.call("DELETE", `/volumes/${FILLER}`);
    await ran(bound, ["up"], 0);
    await ran(bound, ["down"], 0);
    expect(await manager().api.call("GET", "/services")).toEqual([]);
    for (const apps of [bound, anywhere]) apps.remove();
  });
});
