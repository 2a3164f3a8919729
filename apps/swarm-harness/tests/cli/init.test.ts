import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  project = new TestProject();
  memory = resetMemory();
});
afterEach(() => project.remove());

const read = (name = "openfactory.yml"): string => readFileSync(join(project.folder, name), "utf8");

describe("init without a source", () => {
  test("writes a file that deploys, and prints the next commands", async () => {
    const init = await project.run("init", "--image", "demo:1", "-p", "plant");
    expect(init).toMatchObject({ code: 0, err: "" });
    expect(init.out).toBe(
      "Wrote openfactory.yml: 1 app, project plant.\nNext:\n  ofdeploy validate --platform memory\n  ofdeploy plan --platform memory\n  ofdeploy up --platform memory\n",
    );
    expect(await project.run("validate", "--strict")).toMatchObject({ code: 0 });
    expect((await project.run("up")).out).toContain("plant: 1 running");
  });

  test("names the project after the directory of the file, and the app by --name", async () => {
    const { out } = await project.run("init", "--name", "reader", "-o", "-");
    expect(out).toMatch(/^name: '?ofdeploy-/m);
    expect(out).toMatch(/^ {2}reader:\n {4}uuid: reader\n/m);
    expect(existsSync(join(project.folder, "openfactory.yml"))).toBe(false);
  });

  test("prints the path only with --quiet, and one event with --json", async () => {
    expect((await project.run("init", "-q")).out).toBe("openfactory.yml\n");
    const { events } = await project.run("init", "--json", "-o", "other.yml");
    expect(events).toMatchObject([{ event: "result", command: "init", file: "other.yml", apps: ["web"] }]);
    expect((await project.run("init", "--json", "-o", "-")).events[0]?.["text"]).toBe(
      read().replaceAll("other", "openfactory"),
    );
  });

  test.each([
    [["--name", "a"], "Invalid app name"],
    [["--image", "a b"], "Invalid image"],
    [["-p", "My Shop"], "Invalid project name"],
    [["-o", "missing/x.yml"], "its directory does not exist"],
    [["--from-running", "web", "--image", "demo:1"], "--from-running can't be combined with --image"],
    [["-f", "compose.yaml", "--name", "web"], "-f can't be combined with --name"],
  ])("refuses %j", async (args, message) => {
    expect(await project.run("init", ...args)).toMatchObject({ code: 3, err: expect.stringContaining(message) });
    expect(existsSync(join(project.folder, "openfactory.yml"))).toBe(false);
  });
});

describe("an existing file", () => {
  test.each([
    ["openfactory.yml", []],
    ["apps.yml", []],
    ["other.yml", ["-o", "other.yml"]],
  ])("%s is not overwritten", async (name, args) => {
    project.write("keep", name);
    expect(await project.run("init", ...args)).toMatchObject({ code: 3, err: expect.stringContaining(name) });
    expect(read(name)).toBe("keep");
  });

  test("is replaced with --force", async () => {
    project.write("old");
    expect(await project.run("init", "--force")).toMatchObject({ code: 0 });
    expect(read()).toContain("apps:");
  });
});

describe("init with a Compose file", () => {
  const compose = "services: { web: { image: demo:1, blkio_config: { weight: 300 } } }\n";

  test("converts the one of the directory, and lists what is not supported", async () => {
    project.write(compose, "compose.yaml");
    const init = await project.run("init", "-p", "shop");
    expect(init.out).toContain("Wrote openfactory.yml from compose.yaml: 1 app, project shop.");
    expect(init.err).toContain("services.web.blkio_config");
    expect((await project.run("validate")).code).toBe(0);
    expect(read()).toMatch(/^# yaml-language-server: \$schema=https:/);
  });

  test("converts that of -f, and writes a new app with --image", async () => {
    project.write(compose, "shop/compose.yaml").write(compose, "compose.yaml");
    expect((await project.run("init", "-f", "shop/compose.yaml", "-o", "-")).out).toContain("image: demo:1");
    expect((await project.run("init", "--image", "new:1", "-o", "-")).out).toContain("image: new:1");
  });
});

describe("init --from-running", () => {
  test("describes services, and plan adopts them without a change", async () => {
    const request = { image: "demo:1", env: ["LEVEL=info", "API_TOKEN=s3cret-token"], ports: { 8080: 80 } };
    await memory.deploy({ name: "web", ...request });
    await memory.deploy({ name: "db", image: "db:1" });
    const init = await project.run("init", "--from-running", "web", "db");
    expect(init).toMatchObject({ code: 0, err: "" });
    expect(init.out).toContain("  API_TOKEN   environment.API_TOKEN of web\n");
    expect(init.out).toContain("  ofdeploy up --adopt web --adopt db --platform memory\n");
    expect(read() + init.out).not.toContain("s3cret-token");
    expect(await project.run("validate")).toMatchObject({
      code: 3,
      err: expect.stringContaining("API_TOKEN is not set"),
    });
    project.write("API_TOKEN=s3cret-token\n", ".env");
    expect(await project.run("validate")).toMatchObject({ code: 0, err: "" });
    const { events } = await project.run("plan", "--adopt", "web", "--adopt", "db", "--json");
    expect(events[0]?.["apps"]).toMatchObject([
      { app: "web", action: "adopt", changes: [] },
      { app: "db", action: "adopt", changes: [] },
    ]);
  });

  test("restores the file of a project that it owns: up changes nothing", async () => {
    project.write(appFile({ web: "labels: { team: plant }", db: "" }));
    await project.run("up");
    project.write("", "openfactory.yml");
    const init = await project.run("init", "--from-running", "web", "db", "--force");
    expect(init.out).toContain("project factory.\n");
    expect(read()).toContain("uuid: WEB\n");
    expect(read()).not.toContain("org.openfactory.deploy");
    const { events } = await project.run("plan", "--json");
    expect(events[0]?.["apps"]).toMatchObject([{ changes: [] }, { changes: [] }]);
  });

  test("lists settings that the file lacks, as warnings and in the file", async () => {
    await memory.deploy({ name: "web", image: "demo:1" });
    const inspect = memory.inspect.bind(memory);
    memory.inspect = async (name) => ({ ...(await inspect(name)), unmappedSettings: ["HostConfig.PidMode: host"] });
    const { err } = await project.run("init", "--from-running", "web");
    expect(err).toBe("warning[KEY_NOT_SUPPORTED] web: Not in the file: HostConfig.PidMode: host\n");
    expect(read()).toContain("  #   HostConfig.PidMode: host\n  web:\n");
  });

  test("writes nothing if a service does not exist", async () => {
    await memory.deploy({ name: "web", image: "demo:1" });
    expect(await project.run("init", "--from-running", "web", "gone")).toMatchObject({ code: 1 });
    expect(existsSync(join(project.folder, "openfactory.yml"))).toBe(false);
  });
});
