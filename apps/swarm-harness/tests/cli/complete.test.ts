import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ListingEngine, SECRET } from "./support/listing-engine.js";
import { captureIo, TestProject } from "./support/run-ofdeploy.js";

const FILE = `
name: hall
apps:
  web: {uuid: WEB, image: "demo:\${TAG}", environment: [TOKEN=${SECRET}]}
  worker: {uuid: WORKER, image: demo, unknown: 1}
  $(touch pwned): {uuid: EVIL, image: demo}
  "two words": {uuid: TWO, image: demo}
devices:
  cnc: {uuid: CNC, connector: {type: shdr, host: h, port: 1}}
`;

let project: TestProject;
let engine: ListingEngine;
beforeAll(async () => {
  engine = new ListingEngine({ old: { project: "hall", app: "old" }, ui: { project: "office", app: "ui" } });
  await engine.start();
});
afterAll(() => engine.stop());
beforeEach(() => {
  engine.isHanging = false;
  project = new TestProject().write(FILE);
});
afterEach(() => project.remove());

/** What `__complete` prints for a line whose cursor is at its end: the words, and what follows. */
async function complete(line: string, { host = engine.host, env = {} } = {}) {
  const words = ["-H", host, ...line.split(" ")];
  const io = captureIo(project.folder, { env: { TAG: SECRET, OFDEPLOY_COMPLETION_TIMEOUT: "20s", ...env } });
  const { code, out, err } = await project.runWith(io, ["__complete", String(words.length - 1), ...words]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).not.toContain(SECRET);
  const lines = out.trimEnd().split("\n");
  return { words: lines.slice(0, -1).map((each) => each.split("\t")[0]), after: lines.at(-1), out };
}

describe("__complete", () => {
  test("prints commands, and their descriptions", async () => {
    const { words, after, out } = await complete("p");
    expect(words).toEqual(["plan", "ps", "port", "platforms"]);
    expect(after).toBe(":done");
    expect(out).toContain("plan\tShow what up would change, field by field\n");
  });

  test("prints the options of a command that are not given yet", async () => {
    expect((await complete("up --no-")).words).toEqual([
      "--no-deps",
      "--no-wait",
      "--no-preflight",
      "--no-rollback",
      "--no-color",
    ]);
    expect((await complete("up --no-deps --no-d")).words).toEqual([]);
    expect((await complete("up --adopt web --ad")).words).toEqual(["--adopt"]);
    expect((await complete("validate ")).words).toContain("--strict");
  });

  test("prints the choices of options and arguments, also after =", async () => {
    expect((await complete("up --pull ")).words).toEqual(["always", "missing", "never"]);
    expect((await complete("up --pull=a")).words).toEqual(["--pull=always"]);
    expect((await complete("completion ")).words).toEqual(["bash", "zsh", "fish", "powershell"]);
    expect((await complete("help lo")).words).toEqual(["logs"]);
  });

  test.each(["up -f ", "up --env-file=", "plan -o p", "up ./plan.j"])(
    "leaves the path of %s to the shell",
    async (line) => {
      expect(await complete(line)).toMatchObject({ words: [], after: ":files" });
    },
  );

  test("prints the apps and devices of the file, although other parts of the file are invalid", async () => {
    expect((await complete("up ")).words).toEqual(["web", "worker", "cnc"]);
    expect((await complete("up web w")).words).toEqual(["worker"]);
    expect((await complete("plan --adopt w")).words).toEqual(["web", "worker"]);
    expect(await complete("scale w")).toMatchObject({ words: ["web=", "worker="], after: ":nospace" });
    expect((await complete("up '")).words).toEqual(["web", "worker", "cnc"]);
  });

  test("prints the apps of the files of -f, also of Compose files", async () => {
    project.write("services: {db: {image: demo, profiles: [debug]}}", "other/compose.yaml");
    expect((await complete("-f other/compose.yaml up ")).words).toEqual(["db"]);
    expect((await complete("up -f other/compose.yaml --profile ")).words).toEqual(["debug"]);
    expect((await complete(`up -f "other/compose.yaml" -f openfactory.yml d`)).words).toEqual(["db"]);
  });

  test("prints the deployed services of the project that the file no longer contains, for commands that act on them", async () => {
    expect((await complete("logs ")).words).toEqual(["web", "worker", "cnc", "old"]);
    expect((await complete("port old ")).words).toEqual(["8080"]);
    expect((await complete("init --from-running ")).words).toEqual(["old", "ui"]);
  });

  test("prints projects, platforms and contexts", async () => {
    expect((await complete("ps -p ")).words).toEqual(["hall", "office"]);
    expect((await complete("up --platform ")).words).toEqual(["docker", "swarm"]);
    const meta = { Name: "hall-3", Metadata: { Description: "Machine of hall 3" }, Endpoints: {} };
    project
      .write(JSON.stringify(meta), "docker/contexts/meta/abc/meta.json")
      .write("not JSON", "docker/contexts/meta/x/meta.json");
    expect((await complete("up --context ", { env: { DOCKER_CONFIG: join(project.folder, "docker") } })).words).toEqual(
      ["default", "hall-3"],
    );
  });

  test("prints the platforms that installed plugins declare", async () => {
    project.write(JSON.stringify({ name: "plant", dependencies: { extras: "1" } }), "package.json");
    const platforms = { edge: "./edge.js" };
    project.write(
      JSON.stringify({ name: "extras", openfactory: { deploymentPlatforms: platforms } }),
      "node_modules/extras/package.json",
    );
    expect((await complete("up --platform ")).words).toEqual(["docker", "edge", "swarm"]);
  });

  test("prints no names and no error for a broken file, an engine that is missing and one that does not answer", async () => {
    expect((await complete("logs w", { host: "unix:///nowhere/docker.sock" })).words).toEqual(["web", "worker"]);
    expect((await complete("ps -p ", { host: "nonsense" })).words).toEqual([]);
    engine.isHanging = true;
    expect((await complete("logs w", { env: { OFDEPLOY_COMPLETION_TIMEOUT: "500ms" } })).words).toEqual([
      "web",
      "worker",
    ]);
    project.write("apps: {web: [");
    expect((await complete("up ")).words).toEqual([]);
    mkdirSync(join(realpathSync(project.folder), "empty"));
    expect((await complete("up -f empty -f missing.yml ")).words).toEqual([]);
    expect((await complete("up --plugin ./missing.mjs --platform ")).words).toContain("docker");
  });

  test("prints nothing after an unknown command and after all arguments", async () => {
    expect(await complete("nope ")).toMatchObject({ words: [], after: ":done" });
    expect((await complete("port web 80 x")).words).toEqual([]);
  });
});
