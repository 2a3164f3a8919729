import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const one = appFile({ web: "depends_on: [db]", db: "", ui: "" });
const two = one
  .replace("image: demo:1\n    depends_on", "image: demo:2\n    depends_on")
  .replace("uuid: DB\n    image: demo:1", "uuid: DB\n    image: demo:2");

describe("rollback", () => {
  const images = async (memory = resetMemory()): Promise<string[]> =>
    (await memory.list()).map(({ name, image }) => `${name} ${image}`);

  test("rolls back the apps that the last up changed, and does nothing the second time", async () => {
    const memory = resetMemory();
    await project.write(one).run("up");
    await project.write(two).run("up");
    expect(await images(memory)).toEqual(["db demo:2", "ui demo:1", "web demo:2"]);
    const back = await project.run("rollback");
    expect(back).toMatchObject({
      code: 0,
      out: expect.stringMatching(/web +running +demo:2 +demo:1[^]*factory: 2 running in/),
    });
    expect(back.out).not.toContain("ui");
    expect(await images(memory)).toEqual(["db demo:1", "ui demo:1", "web demo:1"]);
    expect((await project.run("plan")).out).toContain("image  demo:1 => demo:2");
  });

  test("rolls back a named app without a file, and prints it as JSON", async () => {
    const memory = resetMemory();
    await project.write(one).run("up");
    await project.write(two).run("up");
    const elsewhere = new TestProject();
    const { events, code } = await elsewhere.run("rollback", "db", "--project", "factory", "--json");
    elsewhere.remove();
    expect(code).toBe(0);
    expect(events.find(({ event }) => event === "rollback")).toMatchObject({
      app: "db",
      outcome: "running",
      from: "demo:2",
      to: "demo:1",
    });
    expect(events.at(-1)).toMatchObject({ command: "rollback", ok: true, apps: [{ app: "db" }] });
    expect(await images(memory)).toEqual(["db demo:1", "ui demo:1", "web demo:2"]);
  });

  test("reports an app without a previous version, an unknown app, and a failed rollback", async () => {
    const memory = resetMemory({ failOn: { db: { rollback: new DeploymentError("TIMEOUT", "It took too long.") } } });
    await project.write(one).run("up");
    expect(await project.run("rollback", "UI")).toMatchObject({
      code: 1,
      out: expect.stringMatching(/ui +no previous version/),
    });
    expect(await project.run("rollback", "uj")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean ui?"),
    });
    await project.write(two).run("up");
    const failed = await project.run("rollback");
    expect(failed).toMatchObject({ code: 6, err: expect.stringContaining("error[TIMEOUT] It took too long.") });
    expect(failed.out).toMatch(/web +skipped.*db failed/);
    expect(await images(memory)).toEqual(["db demo:2", "ui demo:1", "web demo:2"]);
  });
});

describe("scale", () => {
  test("sets the replicas of apps, and prints the number before; the next up resets it", async () => {
    const memory = resetMemory();
    await project.write(one).run("up");
    const scaled = await project.run("scale", "web=3", "DB=2");
    expect(scaled).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^web: 1 => 3 replicas, running in .*\ndb: 1 => 2 replicas, running in .*\n$/),
    });
    expect((await memory.list()).map(({ replicas }) => replicas.running)).toEqual([2, 1, 3]);
    expect((await project.run("ps")).out).toMatch(/web +web +running \(changed\) +3\/3/);
    expect((await project.run("plan")).out).toMatch(/web .*: changed manually|web .*\n +:3 {2}deploy.replicas/);
    await project.run("up");
    expect((await memory.list()).map(({ replicas }) => replicas.running)).toEqual([1, 1, 1]);
    const { events } = await project.run("scale", "web=0", "--no-wait", "--project", "factory", "--json");
    expect(events.filter(({ event }) => event === "scale")).toMatchObject([
      { app: "web", from: 1, to: 0, outcome: "started" },
    ]);
    expect(events.at(-1)).toMatchObject({
      command: "scale",
      ok: true,
      apps: [{ app: "web", from: 1, to: 0, outcome: "started" }],
    });
  });

  test("ends at the first failure, and rejects invalid arguments before any change", async () => {
    const memory = resetMemory({ failOn: { web: { scale: new DeploymentError("ENGINE_ERROR", "No room.") } } });
    await project.write(one).run("up");
    const failed = await project.run("scale", "web=2", "db=2");
    expect(failed).toMatchObject({
      code: 1,
      out: "web: 2 replicas: failed\ndb: 2 replicas: skipped\n",
      err: expect.stringContaining("error[ENGINE_ERROR] No room."),
    });
    for (const words of [["db"], ["db=x"], ["db=-1"], ["db=2", "db=3"], []]) {
      expect(await project.run("scale", ...words)).toMatchObject({
        code: 3,
        err: expect.stringContaining("error[USAGE] "),
      });
    }
    expect(await project.run("scale", "db=2", "nope=1")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error[NOT_FOUND]"),
    });
    expect((await memory.list()).every(({ replicas }) => replicas.desired === 1)).toBe(true);
  });

  test("ends between two apps at a signal", async () => {
    const memory = resetMemory();
    const io = captureIo(project.write(one).folder);
    await project.run("up");
    const scale = memory.scale.bind(memory);
    memory.scale = async (...given) => {
      await scale(...given);
      io.signals.emit("SIGINT");
    };
    const ran = await project.runOnMemory(io, "scale", "web=2", "db=2", "--no-wait");
    expect(ran.code).toBe(130);
    expect(ran.err).toContain("apps that were scaled stay scaled");
    expect(ran.out).toBe("web: 1 => 2 replicas, started\ndb: 2 replicas: skipped\n");
  });
});
