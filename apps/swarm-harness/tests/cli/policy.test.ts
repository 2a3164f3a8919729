import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  resetMemory();
  project = new TestProject();
  project.write(appFile({ web: "privileged: true" }));
  project.write("privileged: false\n", "policy.yaml");
});
afterEach(() => project.remove());

const onMachine = (policy: string) =>
  Object.assign(captureIo(project.folder), { machinePolicy: `${project.folder}/${policy}` });

describe.each([
  ["validate"],
  ["plan"],
  ["up", "--yes"],
  ["up", "--dry-run"],
  ["plan", "--out", "plan.json"],
  ["adopt", "web"],
])("%s", (...args) => {
  test("fails with the position and the rule of a violation", async () => {
    const ran = await project.run(...args, "--policy", "policy.yaml");
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/^error\[POLICY_VIOLATION\] openfactory\.yml:\d+:\d+: web: privileged apps are forbidden/m);
    expect(ran.err).toContain(`(rule privileged of the policy ${project.folder}/policy.yaml)`);
    expect(ran.out).toBe("");
  });

  test("fails if the policy can't be read", async () => {
    const ran = await project.run(...args, "--policy", "missing.yaml");
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("error[INVALID_FILE]");
  });
});

test("the policy of the machine and OFDEPLOY_POLICY are in force, whatever --policy says", async () => {
  project.write("privileged: true\n", "weaker.yaml");
  const machine = await project.runOnMemory(onMachine("policy.yaml"), "plan", "--policy", "weaker.yaml");
  expect(machine).toMatchObject({ code: 3, err: expect.stringContaining("error[POLICY_VIOLATION]") });
  const io = captureIo(project.folder, { env: { OFDEPLOY_POLICY: "policy.yaml" } });
  const site = await project.runOnMemory(io, "plan", "--policy", "weaker.yaml");
  expect(site).toMatchObject({ code: 3, err: expect.stringContaining("error[POLICY_VIOLATION]") });
  expect(await project.runOnMemory(onMachine("none.yaml"), "plan")).toMatchObject({ code: 2 });
});

test("an invalid policy of the machine stops up, and not the commands that deploy nothing", async () => {
  project.write("privilegd: false\n", "policy.yaml");
  const up = await project.runOnMemory(onMachine("policy.yaml"), "up", "--json");
  expect(up).toMatchObject({ code: 3 });
  expect(up.events.at(-1)).toMatchObject({
    error: { code: "INVALID_FILE", issues: [{ location: { line: 1, column: 1 } }] },
  });
  for (const command of ["ps", "down"]) {
    expect(
      await project.runOnMemory(onMachine("policy.yaml"), command, ...(command === "down" ? ["--yes"] : [])),
    ).toMatchObject({
      code: 0,
    });
  }
});

test("Compose files are checked too", async () => {
  project.write(
    "services:\n  web:\n    image: demo:1\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
    "compose.yaml",
  );
  project.write("engine_socket: false\n", "policy.yaml");
  const ran = await project.run("up", "-f", "compose.yaml", "--policy", "policy.yaml");
  expect(ran.code).toBe(3);
  expect(ran.err).toMatch(
    /^error\[POLICY_VIOLATION\] compose\.yaml:4:\d+: web: \/var\/run\/docker\.sock gives access/m,
  );
});
