import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject().write(appFile({ web: 'ports: ["18080:8080", "127.0.0.1:5353:53/udp"]', db: "" }));
  resetMemory({ processes: { job: { exitCode: 0 }, broken: { exitCode: 3 } } });
});
afterEach(() => project.remove());

describe("ls", () => {
  test("lists the projects of the engine with their state, number of apps, files and directory", async () => {
    expect(await project.run("ls")).toMatchObject({ code: 0, out: "No projects on the platform memory.\n" });
    await project.run("up");
    project.write(appFile({ ui: "" }, "other"), "other.yml");
    await project.run("up", "-f", "other.yml");
    await project.run("scale", "-f", "other.yml", "ui=0");
    expect((await project.run("ls")).out).toMatch(
      /^PROJECT.*\nfactory +running +2\/2 +memory +openfactory.yml.*\nother +stopped +0\/1 +memory +other.yml.*\n$/,
    );
    expect((await project.run("ls", "-q")).out).toBe("factory\nother\n");
    expect((await project.run("ls", "--json")).events).toMatchObject([
      { event: "project", project: "factory", apps: 2, running: 2, state: "running", files: ["openfactory.yml"] },
      { event: "project", project: "other", apps: 1, running: 0, state: "stopped" },
      { event: "result", command: "ls", exitCode: 0 },
    ]);
  });
});

describe("images and port", () => {
  test("images prints the image of each app, each once with --quiet", async () => {
    await project.run("up", "web");
    expect((await project.run("images")).out).toMatch(/^APP.*\nweb +demo:1 +deployed\ndb +demo:1 +not deployed\n$/);
    expect((await project.run("images", "-q")).out).toBe("demo:1\n");
    expect((await project.run("images", "db", "--json")).events[0]).toMatchObject({ app: "db", deployed: false });
  });

  test("port prints the address of one port, or of all ports", async () => {
    await project.run("up");
    expect(await project.run("port", "web", "8080")).toMatchObject({ code: 0, out: "0.0.0.0:18080\n" });
    expect((await project.run("port", "web", "53/udp")).out).toBe("127.0.0.1:5353\n");
    expect((await project.run("port", "web")).out).toBe("8080/tcp -> 0.0.0.0:18080\n53/udp -> 127.0.0.1:5353\n");
    expect((await project.run("port", "web", "8080", "--json")).events[0]).toMatchObject({
      app: "web",
      published: 18080,
    });
  });

  test("port fails with the published ports, with a missing app, and with an invalid port", async () => {
    await project.run("up", "web");
    const fails = async (...args: string[]) => project.run("port", ...args);
    expect(await fails("web", "80")).toMatchObject({
      code: 1,
      err: expect.stringContaining("hint: Published ports: 8080/tcp, 53/udp."),
    });
    expect(await fails("db")).toMatchObject({ code: 1, err: expect.stringContaining("The app db is not deployed.") });
    expect(await fails("web", "http")).toMatchObject({ code: 3, err: expect.stringContaining('Invalid port "http".') });
  });
});

describe("wait", () => {
  test("waits until the named apps are ready or have completed, and exits with 0", async () => {
    project.write(appFile({ web: "", job: 'restart: "no"' }));
    await project.run("up", "--no-wait");
    const waited = await project.run("wait", "job", "web");
    expect(waited).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^APP.*\njob +completed.*\nweb +running +1\/1/),
    });
    expect((await project.run("wait", "web", "--json")).events.at(-1)).toMatchObject({
      command: "wait",
      outcome: "ok",
      apps: [{ app: "web", outcome: "running" }],
    });
  });

  test("exits with the code of the first app that is not ready", async () => {
    project.write(appFile({ broken: 'restart: "no"', missing: "" }));
    await project.run("up", "broken", "--no-wait", "--no-rollback");
    expect(await project.run("wait", "broken")).toMatchObject({ code: 1, err: expect.stringContaining("TASK_FAILED") });
    expect(await project.run("wait", "missing")).toMatchObject({ code: 1, err: expect.stringContaining("NOT_FOUND") });
    resetMemory({ processes: { slow: { health: "starting" } } });
    project.write(appFile({ slow: "" }));
    await project.run("up", "--no-wait");
    expect(await project.run("wait", "--timeout", "50ms")).toMatchObject({ code: 6 });
  });
});

test("--quiet prints the names of the apps that a run changed, and no progress", async () => {
  const quiet = captureIo(project.folder);
  expect(await project.runOnMemory(quiet, "up", "-q")).toMatchObject({ code: 0, out: "web\ndb\n", err: "" });
  expect(await project.run("plan", "-q")).toMatchObject({ code: 0, out: "", err: "" });
  expect(await project.run("down", "-q", "db")).toMatchObject({ code: 0, out: "db\n", err: "" });
  expect(await project.run("plan", "-q")).toMatchObject({ code: 2, out: "db\n", err: "" });
});

test("--log-level warn prints warnings and no progress, and --debug the causes of an error", async () => {
  await project.run("up");
  project.write(appFile({ web: "" }));
  const warned = await project.run("up", "--log-level", "warn");
  expect(warned.err).toMatch(/^warning\[ORPHAN\][^\n]*\n$/);
  expect((await project.run("up", "--log-level", "error")).err).toBe("");
  expect((await project.run("--debug", "logs", "missing")).err).toMatch(/debug: DeploymentError/);
});

test("--color and --no-color decide whether colors are used", async () => {
  project.write("apps: {}\nfoo: 1\n");
  expect((await project.run("validate", "--color")).err).toContain("\u001b[");
  const terminal = captureIo(project.folder, { isTTY: true });
  expect((await project.runOnMemory(terminal, "validate", "--no-color")).err).not.toContain("\u001b[");
});

test("up --pull replaces the pull policy for one run: the next plan has no changes", async () => {
  project.write(appFile({ web: "" }));
  await project.run("up", "--pull", "always");
  expect(await project.run("plan")).toMatchObject({ code: 0 });
  expect(await project.run("up", "--pull", "sometimes")).toMatchObject({
    code: 3,
    err: expect.stringContaining("always"),
  });
});
