import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const two = appFile({ web: "depends_on: [db]", db: "" });

describe("platforms and doctor", () => {
  test("platforms lists all platforms, and broken plugins with their error", async () => {
    project.write("throw new Error('not today');", "broken.mjs");
    project.write(
      `export const plugin = { name: "broken-later", contractVersion: 1, description: "Later.",
        options: { safeParse: (data) => ({ success: true, data }) },
        register() { throw new Error("not even then"); } };`,
      "broken-later.mjs",
    );
    const ran = await project.run("platforms", "--plugin", "./broken.mjs", "--plugin", "./broken-later.mjs");
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^memory +Services in memory.* 1\.0 +inspect, list/m);
    expect(ran.out).toMatch(/broken\.mjs +can't be used: .*not today/);
    expect(ran.out).toMatch(/^broken-later +can't be used: .*it failed to start: not even then/m);
    expect(ran.out).toMatch(/^docker /m);
    const { events } = await project.run("platforms", "--json");
    expect(events.find(({ name }) => name === "memory")).toMatchObject({
      event: "platform",
      contractVersion: "1.0",
      capabilities: expect.arrayContaining(["list"]),
    });
  });

  test("doctor checks Node, file, platform and engine, and prints a hint for a failure", async () => {
    const good = await project.write(two).run("doctor");
    expect(good.code).toBe(0);
    expect(good.out).toMatch(
      /^ok +node: Node [^]*^ok +file: [^]*^ok +platform: .*contract 1\.0; ofdeploy has contract 1\.0\.$[^]*^ok +engine: /m,
    );
    const bad = await project.write("apps: {}").run("doctor");
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/^failed +file: .*\n {2}hint: /m);
    expect(bad.out).toMatch(/^ok +platform: /m);
  });

  test("validate and up reject local storage on a platform with several nodes", async () => {
    const memory = resetMemory();
    Object.defineProperty(memory, "manifest", { value: { ...memory.manifest, placesOnNodes: true } });
    project.write(appFile({ web: "storage: {data: {type: local, local_path: /srv, mount_point: /data}}" }));
    for (const command of ["validate", "up"]) {
      expect(await project.run(command)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/error\[INVALID_FILE\] openfactory\.yml:\d+:\d+: .*local storage/),
      });
    }
  });
});
