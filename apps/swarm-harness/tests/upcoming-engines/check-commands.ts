import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { callOfdeploy } from "../cli/support/call-ofdeploy.js";
import type { ProcessResult } from "../cli/support/spawn-ofdeploy.js";

const fileOf = (project: string, version: number): string => `name: ${project}
networks:
  back:
    labels: ["org.openfactory.deploy.test=1"]
configs:
  settings: {content: "level=${version}"}
apps:
  db:
    uuid: ${project}-db
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; echo db is up; while :; do sleep 1 & wait $!; done"]
    labels: ["org.openfactory.deploy.test=1"]
    stop_grace_period: 2s
    networks: [back]
  web:
    uuid: ${project}-web
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; echo version $$VERSION; while :; do sleep 1 & wait $!; done"]
    environment: ["VERSION=${version}"]
    labels: ["org.openfactory.deploy.test=1"]
    stop_grace_period: 2s
    networks: [back]
    ports: ["80"]
    configs: [settings]
    depends_on: [db]
    healthcheck:
      test: ["CMD-SHELL", "test -n \\"$$VERSION\\""]
      interval: 1s
`;

/**
 * Runs the main commands on an engine in sequence: two versions of a project with a network, a config, a health check and
 * a dependency are planned, deployed, looked at, updated, rolled back, stopped and removed.
 * @param options of the platform: `--platform docker --host ...`
 */
export async function checkCommands(options: readonly string[]): Promise<void> {
  const project = `flow-${randomBytes(3).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-flow-"));
  const file = join(folder, "openfactory.yml");
  const run = (...words: string[]): Promise<ProcessResult> => {
    const [command = "", ...rest] = words;
    return callOfdeploy([command, "--file", file, ...options, ...rest]);
  };
  const ok = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...words);
    expect(code, `${words.join(" ")}: ${stdout}${stderr}`).toBe(0);
    return stdout + stderr;
  };
  const expectPlan = async (code: number): Promise<void> => {
    const plan = await run("plan");
    expect(plan.code, plan.stdout + plan.stderr).toBe(code);
  };
  const versionOfWeb = async (): Promise<string> => (await ok("exec", "-T", "web", "sh", "-c", "echo $VERSION")).trim();
  try {
    writeFileSync(file, fileOf(project, 1));
    await expectPlan(2);
    await ok("up");
    await expectPlan(0);
    expect(await ok("ps")).toMatch(/web .*running +1\/1/);
    expect(await ok("logs", "--tail", "5")).toContain("version 1");
    expect(await versionOfWeb()).toBe("1");
    expect(await ok("port", "web")).toMatch(/:\d+/);
    const init = await callOfdeploy(["init", "--from-running", `${project}-web`, "-o", "-", ...options]);
    expect(init, init.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(TEST_IMAGE) });
    expect(await ok("images")).toContain(TEST_IMAGE.split(":")[0]);
    expect(await ok("ls")).toContain(project);
    await ok("doctor");
    writeFileSync(file, fileOf(project, 2));
    await expectPlan(2);
    await ok("up");
    expect(await versionOfWeb()).toBe("2");
    await ok("rollback", "web");
    expect(await versionOfWeb()).toBe("1");
    await ok("up");
    await ok("restart", "web");
    await ok("stop", "web");
    await ok("start", "web");
    await ok("wait");
    // On a swarm, the config of the version before the restart is not needed any more.
    await ok("up");
    await expectPlan(0);
    await ok("down", "--yes");
    await expectPlan(2);
  } finally {
    await run("down", "--yes");
    rmSync(folder, { recursive: true, force: true });
  }
}
