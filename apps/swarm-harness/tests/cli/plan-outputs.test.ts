import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseMetrics } from "../../../cli/test/parse-metrics.js";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const before = appFile({ web: "environment: [TOKEN=hunter2hunter2]", db: "" });
const after = before.replace("image: demo:1", "image: demo:2").replace("hunter2hunter2", "hunter3hunter3");
const read = (name: string): string => readFileSync(join(project.folder, name), "utf8");

describe("plan --markdown", () => {
  test("prints Markdown instead of the text, with the same exit code, and no values of variables", async () => {
    await project.write(before).run("up");
    const { out, code } = await project.write(after).run("plan", "--markdown");
    expect(code).toBe(2);
    expect(out).toMatch(
      /^<!-- ofdeploy plan factory memory -->\n### Plan of <code>factory<\/code> on <code>memory<\/code>: 1 to change\n/,
    );
    expect(out).toContain("- demo:1\n+ demo:2");
    expect(out).not.toMatch(/hunter/);
  });

  test("can't be combined with --json", async () => {
    expect(await project.write(before).run("plan", "--markdown", "--json")).toMatchObject({ code: 3 });
  });
});

describe("plan --html", () => {
  test("writes a page that everyone can read, in addition to the text, and no values of variables", async () => {
    await project.write(before).run("up");
    const { out, code } = await project.write(after).run("plan", "--html", "plan.html");
    expect({ out, code }).toMatchObject({ code: 2, out: expect.stringContaining("factory: 1 to change") });
    expect(read("plan.html")).toMatch(/^<!doctype html>[^]*demo:2[^]*<\/html>\n$/);
    expect(read("plan.html")).not.toMatch(/hunter/);
    expect(statSync(join(project.folder, "plan.html")).mode & 0o777).toBe(0o644);
    expect((await project.run("plan", "--html", "plan.html", "--show-env")).code).toBe(2);
    expect(read("plan.html")).toContain("hunter3hunter3");
  });

  test("can be written with a saved plan, which is applied afterwards", async () => {
    await project.write(before).run("up");
    project.write(after);
    expect((await project.run("plan", "--out", "plan.json", "--html", "plan.html")).code).toBe(2);
    expect(read("plan.html")).toContain("demo:2");
    expect(await project.run("up", "plan.json")).toMatchObject({ code: 0 });
    expect((await project.run("plan")).code).toBe(0);
  });

  test("names the file that can't be written, and what is wrong", async () => {
    project.write(before);
    mkdirSync(join(project.folder, "folder"));
    for (const [path, reason] of [
      ["none/plan.html", "its directory does not exist"],
      ["folder", "it is a directory"],
    ] as const) {
      const { code, err } = await project.run("plan", "--html", path);
      expect(code).toBe(3);
      expect(err).toContain(`Could not write ${path}: ${reason}.`);
    }
    expect(readdirSync(project.folder).sort()).toEqual(["folder", "openfactory.yml"]);
  });
});

describe("plan --metrics", () => {
  const base = { project: "factory", platform: "memory" };

  test("writes the drift of each app, replaces the file as a whole, and leaves no other file", async () => {
    await project.write(before).run("up");
    await project.run("plan", "--metrics", "ofdeploy.prom");
    const calm = parseMetrics(read("ofdeploy.prom"));
    expect(calm).toContainEqual({ name: "ofdeploy_plan_changes", labels: base, value: 0 });
    await project.write(after).run("plan", "--metrics", "ofdeploy.prom");
    const samples = parseMetrics(read("ofdeploy.prom"));
    expect(samples).toContainEqual({
      name: "ofdeploy_app_drift",
      labels: { ...base, app: "web", service: "web", action: "update" },
      value: 1,
    });
    expect(read("ofdeploy.prom")).not.toMatch(/hunter|demo:/);
    expect(statSync(join(project.folder, "ofdeploy.prom")).mode & 0o777).toBe(0o644);
    expect(readdirSync(project.folder).sort()).toEqual(["ofdeploy.prom", "openfactory.yml"]);
  });

  test("records a plan that fails, with the code of its error", async () => {
    await project.write(before).run("plan", "--metrics", "ofdeploy.prom");
    const { code } = await project.write("apps: [").run("plan", "--metrics", "ofdeploy.prom");
    expect(code).toBe(3);
    expect(parseMetrics(read("ofdeploy.prom"))).toMatchObject([
      { name: "ofdeploy_plan_success", labels: { project: "", platform: "memory" }, value: 0 },
      { name: "ofdeploy_plan_timestamp_seconds" },
      { name: "ofdeploy_plan_failure", labels: { code: "INVALID_FILE" }, value: 1 },
    ]);
    const lost = await project.write("apps: [").run("plan", "--metrics", "none/ofdeploy.prom");
    expect(lost.err).toMatch(/warning\[METRICS_NOT_WRITTEN\][^]*error\[INVALID_FILE\]/);
  });
});
