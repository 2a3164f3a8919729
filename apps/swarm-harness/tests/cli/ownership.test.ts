import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  project = new TestProject();
  memory = resetMemory();
});
afterEach(() => project.remove());

const services = (): string[] => [...memory.engine.services.keys()].sort();
const network = "networks: [back]\n";
const withNetwork = (apps: Record<string, string>) => `${appFile(apps)}networks:\n  back: {}\n`;

describe("two files in one directory", () => {
  beforeEach(async () => {
    project.write(withNetwork({ web: network, db: "" }), "app_a.yml").write(withNetwork({ api: network }), "app_b.yml");
    expect(await project.run("up", "-f", "app_a.yml")).toMatchObject({ code: 0 });
    expect(await project.run("up", "-f", "app_b.yml", "--prune")).toMatchObject({
      code: 0,
      err: expect.stringContaining(
        "warning[OTHER_FILES] 2 services of this project belong to app_a.yml and were not changed.\n",
      ),
    });
  });

  test("down of one file keeps the services of the other, and the network of both", async () => {
    const down = await project.run("down", "-f", "app_a.yml");
    expect(down).toMatchObject({
      code: 0,
      out: expect.stringContaining("kept: network factory_back: Used by api (app_b.yml).\n"),
      err: expect.stringContaining("1 service of this project belongs to app_b.yml and was not changed."),
    });
    expect(services()).toEqual(["api"]);
    expect((await project.run("down", "-f", "app_b.yml")).out).toContain("removed: network factory_back\n");
  });

  test("ps lists the apps of its file, and counts those of the other", async () => {
    const ps = await project.run("ps", "-f", "app_b.yml");
    expect(ps.out).toMatch(/^APP.*\napi .*\n$/);
    expect(ps.err).toContain("2 services of this project belong to app_a.yml and were not listed.");
    const { events } = await project.run("ps", "-f", "app_b.yml", "--json");
    expect(events.filter(({ event }) => event === "app")).toMatchObject([
      { app: "api", relation: "current", owner: "app_b.yml" },
      { app: "db", relation: "other-file", owner: "app_a.yml" },
      { app: "web", relation: "other-file", owner: "app_a.yml" },
    ]);
  });

  test("down --dry-run prints the services to remove and to keep with the reason, changes nothing, and exits with 2", async () => {
    const dry = await project.run("down", "-f", "app_a.yml", "--dry-run");
    expect(dry).toMatchObject({ code: 2 });
    expect(dry.out).toBe(`factory on memory:
  ? service api: Belongs to app_b.yml
  - service db: owned by app_a.yml
  - service web: owned by app_a.yml
  ? network factory_back: Used by api (app_b.yml)

factory: 2 to remove; 2 kept
`);
    expect(services()).toEqual(["api", "db", "web"]);
    const json = await project.run("down", "-f", "app_a.yml", "--dry-run", "--json");
    expect(json.events).toMatchObject([
      { event: "down-plan", hasChanges: true },
      { event: "result", dryRun: true, exitCode: 2 },
    ]);
    await project.run("down", "-f", "app_a.yml");
    expect(await project.run("down", "-f", "app_a.yml", "--dry-run")).toMatchObject({
      code: 0,
      out: expect.stringContaining("nothing to remove"),
    });
  });

  test.each([[["--all"]], [["--all", "--json"]], [["--all", "--volumes"]]])(
    "down %j requires --yes without a terminal",
    async (args) => {
      const down = await project.run("down", "-f", "app_a.yml", ...args);
      expect(down.code).toBe(3);
      expect(down.out + down.err).toContain("--yes");
      expect(down.out + down.err).toContain("api");
      expect(services()).toEqual(["api", "db", "web"]);
    },
  );

  test("down --all --yes lists the services and resources with their owners, and removes them", async () => {
    const down = await project.run("down", "-f", "app_a.yml", "--all", "--yes");
    expect(down).toMatchObject({ code: 0, err: expect.stringContaining("- service api: owned by app_b.yml\n") });
    expect(services()).toEqual([]);
    expect([...memory.engine.resources.list({})]).toEqual([]);
  });

  test.each([
    [true, 0, []],
    [false, 1, ["api", "db", "web"]],
  ] as const)("down --all asks on a terminal, and exits with %s => %i", async (answer, code, left) => {
    const questions: string[] = [];
    const io = {
      ...captureIo(project.folder, { isTTY: true }),
      confirm: async (text: string) => (questions.push(text), answer),
    };
    const down = await project.runOnMemory(io, "down", "-f", "app_a.yml", "--all");
    expect(down.code).toBe(code);
    expect(questions).toEqual(["Remove the whole project factory?"]);
    expect(down.err).toContain("service api");
    expect(services()).toEqual(left);
  });

  test("an app that moves to the other file is a conflict, unless --take-ownership is given", async () => {
    project.write(withNetwork({ api: network, db: "" }), "app_b.yml");
    const refused = await project.run("up", "-f", "app_b.yml");
    expect(refused).toMatchObject({
      code: 5,
      err: expect.stringContaining("db: service db of this project belongs to app_a.yml"),
    });
    expect(refused.err).toContain("--take-ownership");
    const plan = await project.run("plan", "-f", "app_b.yml", "--take-ownership");
    expect(plan).toMatchObject({ code: 2, out: expect.stringContaining("app_a.yml => app_b.yml") });
    expect(await project.run("up", "-f", "app_b.yml", "--take-ownership")).toMatchObject({ code: 0 });
    await project.run("down", "-f", "app_a.yml");
    expect(services()).toEqual(["api", "db"]);
  });
});

test("two directories with the same name and file name do not affect each other", async () => {
  const text = (key: string) => appFile({ [key]: "" }).replace(/^name: .*\n/, "");
  for (const plant of ["opcua", "shdr"]) {
    mkdirSync(join(project.folder, plant, "coordinator"), { recursive: true });
    project.write(text(plant), `${plant}/coordinator/app_coordinator.yml`);
    await project.run("up", "--prune", "-f", `${plant}/coordinator/app_coordinator.yml`);
  }
  expect(services()).toEqual(["opcua", "shdr"]);
  const down = await project.run("down", "-f", "opcua/coordinator/app_coordinator.yml");
  expect(down.err).toContain("belongs to app_coordinator.yml in ");
  expect(services()).toEqual(["shdr"]);
  await project.run("up", "-f", "opcua/coordinator/app_coordinator.yml");
  await project.run("down", "-f", "opcua/coordinator/app_coordinator.yml", "--all", "--yes");
  expect(services()).toEqual(["shdr"]);
});

describe("a platform that detects other platforms on its engine", () => {
  const seeing = (elsewhere: () => Promise<unknown>): void => {
    const { manifest } = memory;
    Object.assign(memory, {
      manifest: { ...manifest, capabilities: [...manifest.capabilities, "elsewhere"] },
      elsewhere,
    });
  };
  const onSwarm = async (services: string[] = []) => [
    { platform: "swarm", services, reason: "This engine is a Swarm manager" },
  ];

  test.each([
    ["up"],
    ["plan"],
    ["ps"],
    ["down"],
    ["up", "--json"],
    ["ps", "--json"],
    ["plan", "--json"],
    ["down", "--dry-run"],
  ])("%s %s prints one line about a project on the other platform", async (...args) => {
    seeing(() => onSwarm(["web", "db"]));
    const ran = await project.write(appFile({ web: "" })).run(...args);
    const lines = (ran.out + ran.err).match(/OTHER_PLATFORM/g) ?? [];
    expect(lines.length).toBeGreaterThan(0);
    expect(ran.out + ran.err).toContain("The platform swarm of the same engine runs 2 services of the project factory");
    if (!args.includes("--json")) expect(lines).toHaveLength(1);
  });

  test("up succeeds if the detection fails", async () => {
    seeing(() => Promise.reject(new DeploymentError("ENGINE_ERROR", "broken")));
    expect(await project.write(appFile({ web: "" })).run("up")).toMatchObject({ code: 0 });
  });

  test("up does not mention a Swarm manager if a platform was chosen", async () => {
    seeing(() => onSwarm());
    project.write(appFile({ web: "" }));
    expect((await project.run("up")).err).not.toContain("Swarm manager");
  });
});
