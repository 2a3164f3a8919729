import { FILE_LABEL, PROJECT_LABEL } from "@openfactory/deployer";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  project = new TestProject();
  memory = resetMemory({ supportedFields: ["secrets", "configs", "mounts"], onlyMadeFiles: true });
  project.write("hunter2", "key.txt");
});
afterEach(() => project.remove());

const top = "networks: {back: }\nsecrets: {key: {file: key.txt}}\nconfigs: {conf: {content: level=info}}\n";
const uses = "networks: [back]\nsecrets: [key]\nconfigs: [conf]";
const withResources = `${top}${appFile({ web: uses })}`;
const names = (): string[] =>
  memory.engine.resources
    .list({})
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort();
const hashed = [
  expect.stringMatching(/^config factory_conf_[0-9a-f]{12}$/),
  "network factory_back",
  expect.stringMatching(/^secret factory_key_[0-9a-f]{12}$/),
];

describe("declared networks, secrets and configs", () => {
  test("are planned, created, kept, replaced when their content changes, and removed with the project", async () => {
    project.write(withResources);
    const plan = await project.run("plan");
    expect(plan).toMatchObject({ code: 2, err: "" });
    expect(plan.out).toMatch(
      /^ {2}\+ network factory_back .*\n {2}\+ secret factory_key_[0-9a-f]{12} .*\n {2}\+ config factory_conf_[0-9a-f]{12} .*\n {2}\+ web /m,
    );

    const up = await project.run("up");
    expect(up).toMatchObject({
      code: 0,
      out: expect.stringContaining("created: network factory_back, secret factory_key_"),
    });
    expect(up.err).toContain("network factory_back: created\n");
    expect(names()).toEqual(hashed);
    expect(memory.engine.services.get("web")?.request.secrets).toEqual([{ name: names()[2]?.slice(7), target: "key" }]);
    expect(await project.run("plan")).toMatchObject({ code: 0 });

    project.write("hunter3", "key.txt");
    const changed = await project.run("plan");
    expect(changed).toMatchObject({ code: 2, out: expect.stringMatching(/~ web .*\n +:\d+ {2}secrets/) });
    expect(await project.run("up")).toMatchObject({ code: 0 });
    const down = await project.run("down");
    expect(down).toMatchObject({ code: 0, out: expect.stringContaining("network factory_back") });
    expect(names()).toEqual([]);
  });

  test("are never printed with their content", async () => {
    project.write(withResources.replace("level=info", "hunter4"));
    const all = [
      await project.run("validate"),
      await project.run("validate", "--json"),
      await project.run("plan", "--json", "--show-env"),
      await project.run("up", "--json"),
      await project.run("ps", "--json"),
      await project.run("down", "--json"),
    ];
    for (const { out, err, code } of all) {
      expect([0, 2]).toContain(code);
      expect(out + err).not.toMatch(/hunter|aHVudGVy|104,117,110/);
    }
  });

  test("up reports conflicts before any change, and skips these checks with --no-preflight", async () => {
    project.write(withResources);
    memory.preflight = async () => [
      { code: "CONFLICT", service: "web", field: "ports", message: "host port 80 is in use", hint: "Take another." },
    ];
    const refused = await project.run("up");
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining("host port 80 is in use") });
    expect(names()).toEqual([]);
    expect(await project.run("up", "--no-preflight")).toMatchObject({ code: 0 });
  });

  test("up removes the resources that it created if the run fails", async () => {
    project.write(`${top}${appFile({ web: `${uses}\ncommand: exit 3\nrestart: 'no'` })}`);
    const failed = await project.run("up");
    expect(failed.code).toBe(1);
    expect(failed.out).toContain("reverted: ");
    expect(names()).toEqual([]);
    const { events } = await project.run("up", "--json");
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(["lock", "resource", "revert", "verdict"]));
  });

  test("adopt creates only the resources of the adopted apps", async () => {
    await memory.deploy({ image: "demo:1", name: "web" });
    project.write(`networks: {back: , front: }\n${appFile({ web: "networks: [back]", ui: "networks: [front]" })}`);
    expect(await project.run("adopt", "web")).toMatchObject({ code: 0 });
    expect(names()).toEqual(["network factory_back"]);
  });

  test("down removes volumes only with --volumes", async () => {
    await project.write(appFile({ web: "" })).run("up");
    await memory.createResource({
      kind: "volume",
      name: "web_data",
      labels: { [PROJECT_LABEL]: "factory", [FILE_LABEL]: "openfactory.yml" },
    });
    await project.run("down");
    expect(names()).toEqual(["volume web_data"]);
    expect(await project.run("down", "--volumes")).toMatchObject({ code: 3, err: expect.stringContaining("--yes") });
    expect(names()).toEqual(["volume web_data"]);
    const down = await project.run("down", "--volumes", "--yes");
    expect(down).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^removed: volume web_data\nfactory: 1 removed in /),
    });
    expect(names()).toEqual([]);
  });
});

describe("the project's lock", () => {
  test("up fails with the name of the lock holder, and takes the lock with --force-unlock", async () => {
    project.write(appFile({ web: "" }));
    await memory.lock("factory", {
      id: "other",
      owner: "ada@bench-pc (ofdeploy up, pid 4711)",
      since: "2026-01-01T00:00:00Z",
    });
    const refused = await project.run("up");
    expect(refused).toMatchObject({
      code: 5,
      out: "",
      err: expect.stringMatching(/^error\[CONFLICT\] .*ada@bench-pc[^]*--force-unlock/m),
    });
    expect(memory.engine.services.size).toBe(0);
    const forced = await project.run("up", "--force-unlock");
    expect(forced).toMatchObject({ code: 0, err: expect.stringContaining("warning[LOCK_TAKEN_OVER] ") });
    expect(memory.engine.locks.size).toBe(0);
    await memory.lock("factory", { id: "other", owner: "ada@bench-pc", since: "2026-01-01T00:00:00Z" });
    expect(await project.run("down")).toMatchObject({ code: 5 });
    expect(await project.run("up"), "nothing to change takes no lock").toMatchObject({ code: 0 });
    expect(await project.run("down", "--force-unlock")).toMatchObject({ code: 0 });
  });
});
