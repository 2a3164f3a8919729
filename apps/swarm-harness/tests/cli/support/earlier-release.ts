import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DesiredProject, up } from "@openfactory/deployer";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { loadDesired } from "../../../../cli/src/project.js";
import { captureIo } from "./run-ofdeploy.js";
import { Files } from "./two-files.js";

/** Variables that came with OpenFactory's rules. */
const NEW_VARIABLES = /^(?:OPENFACTORY_LOG_BACKEND|KSQLDB_LOG_LEVEL|PORT|STORAGE)=/;

/** What an earlier release made of a project: no version of rules, and none of the new variables and labels. */
const ofEarlierRelease = (desired: DesiredProject): DesiredProject => ({
  ...desired,
  apps: desired.apps.map(({ format: _, ...app }) => {
    const { replicaEnv: __, env = [], labels = {}, ...request } = app.request;
    const kept = Object.entries(labels).filter(([label]) => !label.startsWith("traefik."));
    return {
      ...app,
      request: { ...request, env: env.filter((entry) => !NEW_VARIABLES.test(entry)), labels: Object.fromEntries(kept) },
    };
  }),
});

/** Apps that an earlier release deployed: `plan` names the release next to the fields, `up` changes each once, then none. */
export async function checkEarlierRelease({
  platform,
  host,
  expected,
}: {
  platform: string;
  host: string;
  expected: readonly string[];
}): Promise<void> {
  const files = new Files(["--platform", platform, "--host", host, "--env-file", "/dev/null"]);
  const file = join(files.folder, "app_web.yml");
  try {
    writeFileSync(
      file,
      `name: ${files.id}
apps:
  web:
    uuid: ${files.id}-web
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"]
    routing: {expose: true, port: 8000, hostname: web.factory.test}
    storage: {data: {type: volume, mount_point: /data}}
    labels: ["org.openfactory.deploy.test=1"]
    stop_grace_period: 2s
`,
    );
    const { desired, strategy } = await loadDesired({ file: [file], platform, host }, captureIo(files.folder));
    const deployed = await up(strategy, ofEarlierRelease(desired), { timeoutMs: 60_000 });
    await strategy.close();
    expect(deployed.outcome).toBe("ok");

    const plan = await files.run("app_web.yml", "plan", "--show-env");
    expect(plan).toMatchObject({ code: 2 });
    expect(plan.stdout).toContain("deployed by an earlier release of ofdeploy, which set other variables and labels");
    for (const field of expected) expect(plan.stdout).toContain(field);
    expect(await files.ok("app_web.yml", "up")).toMatchObject({ stdout: expect.stringContaining("1 updated") });
    expect(await files.ok("app_web.yml", "plan")).toMatchObject({ stdout: expect.stringContaining("1 unchanged") });
    await files.ok("app_web.yml", "down", "--volumes", "--yes");
  } finally {
    await files.run("app_web.yml", "down");
    files.remove();
  }
}

/** Fields of the plan on every platform. */
export const NEW_FIELDS = [
  "env.KSQLDB_LOG_LEVEL",
  "env.OPENFACTORY_LOG_BACKEND",
  "env.PORT",
  "env.STORAGE",
  "labels.traefik.enable",
] as const;
