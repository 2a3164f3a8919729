import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { AuthRefresh } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

const good = appFile({ web: "environment: ['A=${A:-a}']", db: "" });
const processes = { web: { lines: [{ stream: "stdout" as const, line: "hello" }] } };

let project: TestProject;
let refreshed: string[];
beforeEach(async () => {
  project = new TestProject().write(good);
  const memory = resetMemory({ processes });
  refreshed = [];
  Object.defineProperty(memory, "manifest", {
    value: { ...memory.manifest, capabilities: [...memory.manifest.capabilities, "refreshAuth"] },
  });
  Object.assign(memory, {
    async refreshAuth(name: string): Promise<AuthRefresh> {
      refreshed.push(name);
      return { name, renewed: true, warnings: [] };
    },
  });
  await project.run("up");
  await project.write(good.replaceAll("demo:1", "demo:2")).run("up");
});
afterEach(() => project.remove());

/** Errors in a file that was valid when it was deployed. */
const broken: [what: string, text: string, finding: RegExp][] = [
  ["an unset variable", good.replace("${A:-a}", "${A}"), /openfactory\.yml:6:\d+: the variable A is not set/],
  ["an unknown key", good.replace("image", "imag"), /openfactory\.yml:\d+:\d+: .*; and 1 more finding/],
  [
    "a missing secret file",
    `${good}secrets: {key: {file: gone.txt}}\n`,
    /openfactory\.yml:\d+:\d+: secrets\.key\.file: no such file/,
  ],
  ["a missing env file", good.replace("environment: ['A=${A:-a}']", "env_file: gone.env"), /no such file/],
  ["text that is no YAML", good.replace("  web:", "\tweb:"), /openfactory\.yml:3:1: a tab is used for indentation/],
  ["no apps left", "name: factory\napps: {}\n", /no apps in the file/],
];

describe.each(broken)("with %s", (_, text, finding) => {
  beforeEach(() => void project.write(text));

  const warned = (err: string): void => {
    expect(err.match(/^warning\[INVALID_FILE\].*$/gm)?.join("\n")).toMatch(finding);
    expect(err.match(/^warning/gm)).toHaveLength(1);
    expect(err).toContain("Continuing with the deployed apps of the project factory.");
    expect(err).not.toContain("error[");
  };

  test("ps lists the deployed services", async () => {
    const ran = await project.run("ps");
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringMatching(/web +web +running[^]*db +db +running|db +db +running[^]*web +web +running/),
    });
    warned(ran.err);
    const { events } = await project.run("ps", "--json");
    expect(events[0]).toMatchObject({ event: "warning", code: "INVALID_FILE", reason: expect.stringMatching(finding) });
  });

  test("logs reads all deployed apps, or the named ones", async () => {
    const ran = await project.run("logs");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("web | hello") });
    warned(ran.err);
    expect((await project.run("logs", "WEB")).out).toContain("web | hello");
    expect(await project.run("logs", "wep")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/There is no app wep deployed in the project factory\.\n {2}hint: Did you mean web\?/),
    });
  });

  test("scale, rollback and refresh-auth act on the deployed apps", async () => {
    const scaled = await project.run("scale", "web=2");
    expect(scaled).toMatchObject({ code: 0, out: expect.stringMatching(/web/) });
    warned(scaled.err);
    const back = await project.run("rollback", "web");
    expect(back).toMatchObject({ code: 0, out: expect.stringMatching(/web +running/) });
    warned(back.err);
    const renewed = await project.run("refresh-auth", "web");
    expect(renewed.code).toBe(0);
    expect(refreshed).toEqual(["web"]);
    expect((await project.run("refresh-auth")).out).toContain("factory: 2 renewed");
  });

  test("down removes the deployed services, and warns that their order is not known", async () => {
    const ran = await project.run("down");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("2 removed") });
    warned(ran.err);
    expect(ran.err).toContain("Services are removed in any order, because depends_on is not known.");
  });

  test("up, plan and validate fail with exit code 3", async () => {
    for (const command of ["up", "plan", "validate"]) expect((await project.run(command)).code).toBe(3);
  });
});

test("logs rejects the apps of other files, directories and projects", async () => {
  const memory = resetMemory();
  const label = {
    project: "org.openfactory.deploy.project",
    file: "org.openfactory.deploy.file",
    directory: "org.openfactory.deploy.directory",
  };
  const unnamed = good.replace("name: factory\n", "");
  const own = basename(project.folder).toLowerCase();
  const labels: Record<string, Record<string, string>> = {
    mine: { [label.project]: own, [label.file]: "openfactory.yml", [label.directory]: realpathSync(project.folder) },
    older: { [label.project]: own },
    "other-file": { [label.project]: own, [label.file]: "app_b.yml" },
    "other-directory": { [label.project]: own, [label.file]: "openfactory.yml", [label.directory]: "/srv/elsewhere" },
    "other-project": { [label.project]: "other", [label.file]: "openfactory.yml" },
  };
  for (const [name, own] of Object.entries(labels)) await memory.deploy({ name, image: "demo:1", labels: own });
  project.write(unnamed.replace("image", "imag"));
  for (const name of Object.keys(labels)) {
    const { code } = await project.run("logs", name);
    expect([name, code]).toEqual([name, name === "mine" || name === "older" ? 0 : 1]);
  }
});

describe("a project without a known name", () => {
  test("an unset variable in name: requires -p", async () => {
    project.write(good.replace("name: factory", "name: ${NAME}"));
    const ran = await project.run("ps");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /error\[INVALID_FILE\] openfactory\.yml:1:7: the project name contains a variable[^]*-p <name>/,
      ),
    });
    expect((await project.run("ps", "-p", "factory")).out).toMatch(/web +web +running/);
  });

  test("a missing file requires -p", async () => {
    const ran = await project.run("down", "-f", "gone.yml");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringMatching(/gone\.yml:1:1: no such file[^]*-p <name>/),
    });
    expect((await project.run("ps", "-f", "gone.yml", "-p", "factory")).code).toBe(0);
  });

  test("logs, scale and rollback accept a project name without a file", async () => {
    const elsewhere = new TestProject();
    const runElsewhere = (...args: string[]) => elsewhere.runOnMemory(captureIo(elsewhere.folder), ...args);
    expect((await runElsewhere("logs", "-p", "factory", "web")).out).toContain("web | hello");
    expect((await runElsewhere("scale", "-p", "factory", "web=2")).code).toBe(0);
    expect((await runElsewhere("rollback", "-p", "factory", "web")).code).toBe(0);
    expect((await runElsewhere("logs", "-p", "nothing", "web")).err).toContain(
      "There is no app web deployed in the project nothing.",
    );
    elsewhere.remove();
  });
});

test("commands on deployed services work if a device model can't be read", async () => {
  const device = `devices:
  press:
    uuid: PRESS
    connector:
      type: mtconnect
      agent: {port: 5000, device_xml: gone.xml, adapter: {image: "adapter:1", port: 7878}}
`;
  project.write(`${good}${device}`).write("OPENFACTORY_VERSION=1", ".env");
  for (const args of [["logs", "web"], ["scale", "web=2"], ["down"]]) {
    const ran = await project.run(...args);
    expect(ran).toMatchObject({ code: 0, err: expect.not.stringContaining("warning[INVALID_FILE]") });
  }
  expect(await project.run("ps")).toMatchObject({ code: 0, out: expect.stringContaining("press-agent") });
});
