import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { spawnOfdeploy } from "./support/spawn-ofdeploy.js";
import { AppFiles } from "./support/app-files.js";
import { checkRenamed } from "./support/check-ownership.js";
import { swarmPlatform } from "./support/test-platforms.js";

let swarm: Swarm;
let manager: RawEngine;
let host: string;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  host = swarm.managers[0]?.host ?? "";
  manager = new RawEngine(host);
});
afterAll(() => swarm?.down());

// With two files: two-files.repeat.test.ts.
test("up --take-ownership of a renamed file restarts nothing", () => checkRenamed(swarmPlatform(manager, host), false));

describe("a forgotten --platform", () => {
  const containers = async (prefix: string): Promise<string[]> => {
    const all: { Names: string[]; Id: string }[] = await manager.call("GET", "/containers/json?all=true");
    return all
      .flatMap(({ Names, Id }) => Names.map((name) => `${name.slice(1)} ${Id}`))
      .filter((name) => name.startsWith(prefix))
      .sort();
  };
  const line = (other: string): RegExp =>
    new RegExp(`warning\\[OTHER_PLATFORM\\] The platform ${other} of the same engine runs `);

  test("the platform docker on a manager lists, changes and removes no swarm services, and prints one line about it", async () => {
    const files = new AppFiles(["--host", host]);
    const onSwarm = (...words: string[]) => files.run("app.yml", ...words, "--platform", "swarm");
    try {
      files.write("app.yml", { web: 1, db: 1 }, { name: files.id });
      expect(await onSwarm("up")).toMatchObject({ code: 0 });
      const before = await containers(files.id);
      expect(before).toHaveLength(2);

      const down = await files.run("app.yml", "down");
      expect(down).toMatchObject({ code: 0, stdout: `${files.id}: nothing to remove\n` });
      expect(down.stderr).toMatch(line("swarm"));
      const dry = await files.run("app.yml", "down", "--dry-run");
      expect(dry).toMatchObject({ code: 0 });
      expect(dry.stderr).toMatch(line("swarm"));
      const plan = await files.run("app.yml", "plan");
      expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining("2 to create") });
      expect(plan.stderr).toMatch(line("swarm"));
      const ps = await files.run("app.yml", "ps");
      expect(ps.stdout).toContain("not deployed");
      expect(ps.stderr).toMatch(line("swarm"));
      expect(await files.run("app.yml", "logs", "web")).toMatchObject({ code: 1 });
      expect(await files.run("app.yml", "rollback")).toMatchObject({ code: 1 });
      files.write("app.yml", { other: 1 }, { name: files.id });
      const up = await files.run("app.yml", "up", "--prune");
      expect(up).toMatchObject({ code: 0 });
      expect(up.stderr).toMatch(line("swarm"));
      expect((await containers(files.id)).filter((name) => !name.startsWith(`${files.id}-other`))).toEqual(before);

      // The same with the platforms swapped.
      const swarmPs = await onSwarm("ps");
      expect(swarmPs.stderr).toMatch(line("docker"));
      files.write("app.yml", { web: 1, db: 1 }, { name: files.id });
      expect(await onSwarm("down")).toMatchObject({ code: 0, stderr: expect.stringMatching(line("docker")) });
      // The engine removes the containers of ended tasks a little later.
      await expect
        .poll(async () => (await containers(files.id)).map((name) => name.split(" ")[0]))
        .toEqual([`${files.id}-other`]);
    } finally {
      await files.run("app.yml", "down", "--all", "--yes");
      await onSwarm("down", "--all", "--yes");
      files.remove();
    }
  });

  test("up on a manager prints the platform that it deploys to if none was chosen", async () => {
    const files = new AppFiles(["--host", host]);
    const chosen = (platform: string) =>
      spawnOfdeploy(["plan", "--file", `${files.folder}/app.yml`, "--host", host], { DEPLOYMENT_PLATFORM: platform });
    try {
      files.write("app.yml", { web: 1 }, { name: files.id });
      const up = await files.ok("app.yml", "up");
      expect(up.stderr).toContain(
        "warning[DEFAULT_PLATFORM] This engine is a Swarm manager; deploying to the platform docker. Use --platform swarm or set DEPLOYMENT_PLATFORM.",
      );
      expect((await chosen("docker")).stderr).not.toContain("DEFAULT_PLATFORM");
    } finally {
      await files.run("app.yml", "down");
      files.remove();
    }
  });
});
