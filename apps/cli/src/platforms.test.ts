import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { captureIo } from "../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { platformOf, findPlatformWarnings, withWarnings } from "./platforms.js";

const onManager = (services: string[] = []) => {
  const strategy = new MemoryDeploymentStrategy();
  const elsewhere = () => Promise.resolve([{ platform: "swarm", services, reason: "This engine is a Swarm manager" }]);
  return Object.assign(strategy, {
    manifest: { ...strategy.manifest, capabilities: [...strategy.manifest.capabilities, "elsewhere" as const] },
    elsewhere,
  });
};
const codes = async (services: string[], platform: string | undefined, env: Record<string, string>, deploys: boolean) =>
  (
    await findPlatformWarnings(
      onManager(services),
      { project: "factory" },
      { io: captureIo("/", { env }), options: { ...(platform !== undefined && { platform }) } },
      { deploys },
    )
  ).map(({ code }) => code);

test.each([
  ["no platform was chosen", [], undefined, {}, true, ["DEFAULT_PLATFORM"]],
  ["--platform chose it", [], "memory", {}, true, []],
  ["DEPLOYMENT_PLATFORM chose it", [], undefined, { DEPLOYMENT_PLATFORM: "memory" }, true, []],
  ["DEPLOYMENT_PLATFORM is empty", [], undefined, { DEPLOYMENT_PLATFORM: "" }, true, ["DEFAULT_PLATFORM"]],
  ["nothing is deployed", [], undefined, {}, false, []],
  ["the project runs there", ["web"], undefined, {}, true, ["OTHER_PLATFORM"]],
] as const)(
  "findPlatformWarnings() on a Swarm manager where %s",
  async (_, services, platform, env, deploys, expected) => {
    expect(await codes([...services], platform, env, deploys)).toEqual(expected);
  },
);

test("withWarnings() reports the other platform, also where the run fails before that is known", async () => {
  const warning = { code: "OTHER_PLATFORM", reason: "It runs there." } as const;
  const later = () => new Promise<[typeof warning]>((resolve) => setTimeout(resolve, 20, [warning]));
  const seen: unknown[] = [];
  const observe = (event: unknown) => void seen.push(event);
  await expect(withWarnings(later(), observe, Promise.reject(new Error("conflict")))).rejects.toThrow("conflict");
  expect(seen).toEqual([{ type: "warning", warning }]);
  expect(await withWarnings(later(), observe, Promise.resolve({ warnings: [] }))).toEqual({ warnings: [warning] });
});

test("platformOf() prefers --platform to DEPLOYMENT_PLATFORM to .ofaenv in the working directory, and defaults to docker", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-"));
  const chosen = (env: Record<string, string>, platform?: string) =>
    platformOf({ ...(platform !== undefined && { platform }) }, { env, cwd: folder });
  try {
    expect(await chosen({})).toBe("docker");
    expect(await chosen({ DEPLOYMENT_PLATFORM: "" })).toBe("docker");
    expect(await chosen({ DEPLOYMENT_PLATFORM: "swarm" })).toBe("swarm");
    expect(await chosen({ DEPLOYMENT_PLATFORM: "swarm" }, "x")).toBe("x");
    writeFileSync(join(folder, ".ofaenv"), "DEPLOYMENT_PLATFORM=${PLANT:-swarm}\n");
    expect(await chosen({})).toBe("swarm");
    expect(await chosen({ PLANT: "nomad" })).toBe("nomad");
    expect(await chosen({ DEPLOYMENT_PLATFORM: "y" })).toBe("y");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
