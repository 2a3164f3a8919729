import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtInConnectors, loadProject } from "@openfactory/app-file";
import { StrategyRegistry } from "@openfactory/deploy-core";
import { type DesiredProject, up } from "@openfactory/deployer";
import { plugin as docker } from "@openfactory/strategy-local-docker";
import { plugin as swarm } from "@openfactory/strategy-swarm";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { AppFiles } from "./app-files.js";

/** Variables that the earlier release did not set. */
const NEW_VARIABLES = /^(?:OPENFACTORY_LOG_BACKEND|KSQLDB_LOG_LEVEL|PORT|STORAGE)=/;

/** The project as an earlier release read it: without the version of the rules and the new variables and labels. */
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

/** Deploys an app as an earlier release, and expects `plan` to report the release and `up` to update the app once. */
export async function checkEarlierRelease({
  platform,
  host,
  expected,
}: {
  platform: string;
  host: string;
  expected: readonly string[];
}): Promise<void> {
  const files = new AppFiles(["--platform", platform, "--host", host, "--env-file", "/dev/null"]);
  const file = join(files.folder, "app_web.yml");
  try {
    writeFileSync(
      file,
      `name: ${files.id}
apps:
  web:
    uuid: ${files.id}-web
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]
    routing: {expose: true, port: 8000, hostname: web.factory.test}
    storage: {data: {type: volume, mount_point: /data}}
    labels: ["org.openfactory.deploy.test=1"]
    stop_grace_period: 2s
`,
    );
    const desired = await loadProject([file], { env: {}, cwd: files.folder, connectors: builtInConnectors() });
    const registry = new StrategyRegistry();
    for (const plugin of [docker, swarm]) registry.register(plugin);
    const strategy = await registry.create(platform, { host });
    const deployed = await up(strategy, ofEarlierRelease(desired), { timeoutMs: 60_000 });
    await strategy.close();
    expect(deployed.outcome).toBe("ok");

    const plan = await files.run("app_web.yml", "plan", "--show-env");
    expect(plan, plan.stderr).toMatchObject({ code: 2 });
    expect(plan.stdout).toContain("Deployed by an earlier release of ofdeploy, which set other variables and labels");
    for (const field of expected) expect(plan.stdout).toContain(field);
    expect(await files.ok("app_web.yml", "up")).toMatchObject({ stdout: expect.stringContaining("1 updated") });
    expect(await files.ok("app_web.yml", "plan")).toMatchObject({ stdout: expect.stringContaining("1 unchanged") });
    await files.ok("app_web.yml", "down", "--volumes", "--yes");
  } finally {
    await files.run("app_web.yml", "down");
    files.remove();
  }
}

/** Fields that the plan shows on every platform. */
export const NEW_FIELDS = [
  "environment.KSQLDB_LOG_LEVEL",
  "environment.OPENFACTORY_LOG_BACKEND",
  "env.PORT",
  "env.STORAGE",
  "labels.traefik.enable",
] as const;
