import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CONTRACT_VERSION, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureIo, TestProject } from "../cli/support/run-ofdeploy.js";
import { buildFutureHost, type FutureHost } from "./future-host.js";

const TARBALL = fileURLToPath(new URL("frozen-1.0/openfactory-strategy-frozen-1.0.0.tgz", import.meta.url));

// Runs npm, and bundles a host.

let project: TestProject;
let plugin: unknown;
beforeAll(() => {
  project = new TestProject().write('{"name": "plant", "private": true}', "package.json");
  // The tarball has no dependencies.
  const options = ["--offline", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", ["install", ...options, TARBALL], { cwd: project.folder });
  plugin = createRequire(join(project.folder, "package.json"))("openfactory-strategy-frozen/plugin.js");
});
afterAll(() => project.remove());

describe("a plugin that was packed with contract 1.0", () => {
  const ofdeploy = (...args: string[]) => project.runWith(captureIo(project.folder), [...args, "--platform", "frozen"]);

  test("has its own copy of core, with the number of the contract from before minor versions", () => {
    const installed = readFileSync(join(project.folder, "node_modules/openfactory-strategy-frozen/plugin.js"), "utf8");
    expect(installed).toContain("openfactory.deploy.error");
    expect(plugin).toMatchObject({ plugin: { name: "frozen", contractVersion: 1 } });
  });

  test("is listed by platforms and checked by doctor with both versions", async () => {
    const listed = await project.runWith(captureIo(project.folder), ["platforms"]);
    expect(listed.out).toMatch(/^frozen +A strategy built with contract 1\.0\. +1\.0 +inspect, list/m);
    expect((await ofdeploy("doctor")).out).toContain(
      `The platform frozen is installed. It is built for contract 1.0; ofdeploy has contract ${CONTRACT_VERSION}.`,
    );
  });

  test("validates, plans, deploys, updates and removes", async () => {
    const file = (image: string) =>
      `name: plant\napps:\n  web: {uuid: WEB, image: "${image}", user: "1000", init: true, ports: ["8080:80"]}\n`;
    project.write(file("demo:1"));
    expect(await ofdeploy("validate")).toMatchObject({
      code: 0,
      err: expect.stringContaining("init: Not supported on frozen."),
    });
    expect(await ofdeploy("validate", "--strict")).toMatchObject({ code: 3 });
    expect(await ofdeploy("plan")).toMatchObject({ code: 2 });
    expect(await ofdeploy("up")).toMatchObject({ code: 0, out: expect.stringContaining("plant: 1 running") });
    expect(await ofdeploy("plan")).toMatchObject({ code: 0, out: expect.stringContaining("1 unchanged") });
    expect(await ofdeploy("up")).toMatchObject({ code: 0, out: expect.stringContaining("plant: 1 unchanged") });
    project.write(file("demo:2"));
    expect(await ofdeploy("up")).toMatchObject({ code: 0, out: expect.stringContaining("plant: 1 updated") });
    expect((await ofdeploy("ps")).out).toMatch(/web +web +running +1\/1 +demo:2/);
    expect(await ofdeploy("rollback")).toMatchObject({ code: 3, err: expect.stringContaining("UNSUPPORTED") });
    expect(await ofdeploy("down")).toMatchObject({ code: 0, out: expect.stringContaining("1 removed") });
  });

  test("gets a typed error for a name in use, from its own copy of core", async () => {
    project.write("name: plant\napps:\n  web: {uuid: WEB, image: 'demo:1'}\n");
    const strategy = await create(await currentHost());
    await strategy.deploy({ name: "web", image: "other:1" });
    expect(await ofdeploy("up")).toMatchObject({ code: 5, err: expect.stringMatching(/error\[CONFLICT\]/) });
    await strategy.remove("web");
  });
});

describe("a plugin for contract 1.0 on a host with contract 1.1", () => {
  let host: FutureHost;
  let folder: string;
  let strategy: OpenFactoryServiceDeploymentStrategy;
  beforeAll(async () => {
    ({ host, folder } = await buildFutureHost());
    strategy = await create(host);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** With a field and a part of a field that 1.1 added. */
  const desired = (image = "demo:1", more: object = { priority: 9 }): DesiredProject => ({
    project: "plant",
    directory: project.folder,
    files: [],
    apps: [
      {
        key: "web",
        service: "web",
        dependsOn: [],
        request: { name: "web", image, ports: [{ target: 80, label: "http" } as { target: number }], ...more },
      } as unknown as DesiredProject["apps"][number],
    ],
  });

  test("would reject the new field, since its own copy of core doesn't know it", async () => {
    const raw = await create(await currentHost());
    await expect(raw.deploy({ name: "web", image: "demo:1", priority: 9 } as never)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("priority"),
    });
  });

  test("is accepted, lacks new capabilities, and reports what it doesn't know as limitations", () => {
    expect(host.CONTRACT_VERSION).toBe("1.1");
    expect(host.CAPABILITIES).toContain("snapshot");
    expect(host.supports(strategy, "snapshot" as never)).toBe(false);
    expect(host.supports(strategy, "update")).toBe(true);
    const added = strategy.manifest.limitations.map(({ field, reason }) => `${field}: ${reason}`);
    expect(added).toContain("priority: Contract 1.1 added it, and the plugin was built for contract 1.0.");
  });

  test("deploys, plans, updates and removes with new fields as warnings", async () => {
    const first = await host.up(strategy, desired());
    expect(first).toMatchObject({ outcome: "ok", apps: [{ outcome: "running" }] });
    const warnings = first.apps.flatMap((app) => app.warnings ?? []).map(({ code, field }) => `${code} ${field}`);
    expect(warnings).toEqual(["FIELD_NOT_SUPPORTED priority", "FIELD_NOT_SUPPORTED ports[].label"]);
    expect((await host.plan(strategy, desired())).apps).toMatchObject([{ action: "unchanged" }]);
    expect(await host.up(strategy, desired("demo:2"))).toMatchObject({ outcome: "ok", apps: [{ outcome: "updated" }] });
    expect(await host.down(strategy, desired())).toMatchObject({ outcome: "ok" });
  });

  test("rejects new fields in strict mode, before anything changes", async () => {
    await expect(host.up(strategy, desired(), { strict: true })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      issues: [{ field: "priority" }, { field: "ports[0].label" }],
    });
  });

  test("gets no warning for the default of a new field", async () => {
    const { warnings } = await strategy.deploy({ name: "plain", image: "demo:1" });
    expect(warnings).toEqual([]);
    await strategy.remove("plain");
  });

  test("ignores new options of operations", async () => {
    const options = { futureOption: true, signal: new AbortController().signal };
    await strategy.deploy({ name: "web", image: "demo:1" }, options);
    const { list, inspect, wait } = strategy as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    expect(await list?.call(strategy, options)).toMatchObject([{ name: "web" }]);
    for (const operation of [inspect, wait])
      expect(await operation?.call(strategy, "web", options)).toMatchObject({ state: "running" });
    await strategy.remove("web", options);
  });
});

const currentHost = () => import("@openfactory/deploy-core");

async function create({ StrategyRegistry }: Pick<FutureHost, "StrategyRegistry">) {
  const registry = new StrategyRegistry();
  registry.register(plugin);
  return registry.create("frozen", { folder: join(project.folder, ".frozen") });
}
