import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, Workplace } from "./support/run-ofdeploy.js";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  resetMemory();
});
afterEach(() => place.remove());

const one = appFile({ web: "depends_on: [db]", db: "", ui: "" });
const two = one
  .replace("image: demo:1\n    depends_on", "image: demo:2\n    depends_on")
  .replace("uuid: DB\n    image: demo:1", "uuid: DB\n    image: demo:2");

describe("rollback", () => {
  const images = async (memory = resetMemory()): Promise<string[]> =>
    (await memory.list()).map(({ name, image }) => `${name} ${image}`);

  test("takes back the last up, and nothing else; a second time there is nothing to take back", async () => {
    const memory = resetMemory();
    await place.write(one).run("up");
    await place.write(two).run("up");
    expect(await images(memory)).toEqual(["db demo:2", "ui demo:1", "web demo:2"]);
    const back = await place.run("rollback");
    expect(back).toMatchObject({
      code: 0,
      out: expect.stringMatching(/web +running +demo:2 +demo:1[^]*factory: 2 running in/),
    });
    expect(back.out).not.toContain("ui");
    expect(await images(memory)).toEqual(["db demo:1", "ui demo:1", "web demo:1"]);
    expect((await place.run("plan")).out).toContain("image  demo:1 => demo:2");
  });

  test("of an app by name, without a file, as JSON", async () => {
    const memory = resetMemory();
    await place.write(one).run("up");
    await place.write(two).run("up");
    const elsewhere = new Workplace();
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

  test("an app without an earlier version, an unknown one, one that fails", async () => {
    const memory = resetMemory({ failOn: { db: { rollback: new DeploymentError("TIMEOUT", "It took too long.") } } });
    await place.write(one).run("up");
    expect(await place.run("rollback", "UI")).toMatchObject({
      code: 1,
      out: expect.stringMatching(/ui +no earlier version/),
    });
    expect(await place.run("rollback", "uj")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean ui?"),
    });
    await place.write(two).run("up");
    const failed = await place.run("rollback");
    expect(failed).toMatchObject({ code: 6, err: expect.stringContaining("error[TIMEOUT] It took too long.") });
    expect(failed.out).toMatch(/web +skipped.*since db failed/);
    expect(await images(memory)).toEqual(["db demo:2", "ui demo:1", "web demo:2"]);
  });
});

describe("scale", () => {
  test("sets the replicas of apps, and says what they were; the next up takes it back", async () => {
    const memory = resetMemory();
    await place.write(one).run("up");
    const scaled = await place.run("scale", "web=3", "DB=2");
    expect(scaled).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^web: 1 => 3 replicas, running in .*\ndb: 1 => 2 replicas, running in .*\n$/),
    });
    expect((await memory.list()).map(({ replicas }) => replicas.running)).toEqual([2, 1, 3]);
    expect((await place.run("ps")).out).toMatch(/web +web +running \(changed\) +3\/3/);
    expect((await place.run("plan")).out).toMatch(/web: changed by hand|web\n +mode/);
    await place.run("up");
    expect((await memory.list()).map(({ replicas }) => replicas.running)).toEqual([1, 1, 1]);
    const { events } = await place.run("scale", "web=0", "--no-wait", "--project", "factory", "--json");
    expect(events.filter(({ event }) => event === "scale")).toMatchObject([
      { app: "web", from: 1, to: 0, outcome: "started" },
    ]);
    expect(events.at(-1)).toMatchObject({
      command: "scale",
      ok: true,
      apps: [{ app: "web", from: 1, to: 0, outcome: "started" }],
    });
  });

  test("the first failure ends it; what is wrong with the words is told before anything is done", async () => {
    const memory = resetMemory({ failOn: { web: { scale: new DeploymentError("ENGINE_ERROR", "No room.") } } });
    await place.write(one).run("up");
    const failed = await place.run("scale", "web=2", "db=2");
    expect(failed).toMatchObject({
      code: 1,
      out: "web: 2 replicas: failed\ndb: 2 replicas: not begun\n",
      err: expect.stringContaining("error[ENGINE_ERROR] No room."),
    });
    for (const words of [["db"], ["db=x"], ["db=-1"], ["db=2", "db=3"], []]) {
      expect(await place.run("scale", ...words)).toMatchObject({
        code: 3,
        err: expect.stringContaining("error[USAGE] "),
      });
    }
    expect(await place.run("scale", "db=2", "nope=1")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error[NOT_FOUND]"),
    });
    expect((await memory.list()).every(({ replicas }) => replicas.desired === 1)).toBe(true);
  });

  test("a signal ends it between two apps", async () => {
    const memory = resetMemory();
    const io = captureIo(place.write(one).folder);
    await place.run("up");
    const scale = memory.scale.bind(memory);
    memory.scale = async (...given) => {
      await scale(...given);
      io.signals.emit("SIGINT");
    };
    const ran = await place.runOnMemory(io, "scale", "web=2", "db=2", "--no-wait");
    expect(ran.code).toBe(130);
    expect(ran.err).toContain("what was scaled stays");
    expect(ran.out).toBe("web: 1 => 2 replicas, not waited for\ndb: 2 replicas: not begun\n");
  });
});
