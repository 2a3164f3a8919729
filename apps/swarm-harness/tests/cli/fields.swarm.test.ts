import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import type { ProcessResult } from "./support/spawn-ofdeploy.js";

let swarm: Swarm;
let manager: RawEngine;
let folder: string;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  manager = new RawEngine(swarm.managers[0]?.host ?? "");
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-fields-"));
});
afterEach(() => ofdeploy("down"));
afterAll(async () => {
  await swarm?.down();
  rmSync(folder, { recursive: true, force: true });
});

const ofdeploy = (command: string, ...words: string[]): Promise<ProcessResult> =>
  callOfdeploy([
    command,
    ...words,
    "--file",
    join(folder, "openfactory.yml"),
    "--platform",
    "swarm",
    "--host",
    manager.host,
  ]);

const write = (app: object): void =>
  writeFileSync(
    join(folder, "openfactory.yml"),
    JSON.stringify({
      name: "fields",
      apps: { app: { uuid: "fields-app", image: TEST_IMAGE, stop_grace_period: "5s", ...app } },
    }),
  );

const PORT = 18_080;

test("an app on the network of its node answers there, with its settings, and a plan afterwards has no changes", async () => {
  write({
    network_mode: "host",
    working_dir: "/etc",
    stop_signal: "SIGUSR1",
    group_add: ["2345"],
    extra_hosts: ["nas:192.0.2.10"],
    dns: ["192.0.2.53"],
    shm_size: "32mb",
    tmpfs: "/run/app:size=1m",
    logging: { driver: "json-file", options: { "max-size": "1m" } },
    command: [
      "sh",
      "-c",
      `trap 'echo asked to stop; exit 0' USR1; pwd; id -G; grep ' /dev/shm ' /proc/mounts; httpd -p ${PORT} -h /etc; while :; do sleep 1 & wait $!; done`,
    ],
  });
  const up = await ofdeploy("up", "--yes");
  expect(up, up.stderr).toMatchObject({ code: 0 });
  const plan = await ofdeploy("plan");
  expect(plan, plan.stdout).toMatchObject({ code: 0 });

  const address = swarm.nodes[0]?.address ?? "";
  const get = async (file: string) => (await fetch(`http://${address}:${PORT}/${file}`)).text();
  expect(await get("hosts")).toMatch(/^192\.0\.2\.10\s+nas$/m);
  expect(await get("resolv.conf")).toMatch(/^nameserver 192\.0\.2\.53$/m);

  const { stdout } = await ofdeploy("logs", "app");
  expect(stdout).toMatch(/\/etc$/m);
  expect(stdout).toMatch(/\b2345\b/);
  expect(stdout).toMatch(/ \/dev\/shm tmpfs .*size=32768k/);

  const [service] = await manager.call("GET", "/services");
  await manager.call("POST", `/services/${service.ID}/update?version=${service.Version.Index}`, {
    ...service.Spec,
    // The log of a replaced task stays, unlike that of a removed one.
    TaskTemplate: { ...service.Spec.TaskTemplate, ForceUpdate: 1 },
  });
  await expect.poll(async () => (await ofdeploy("logs", "app")).stdout, { interval: 300 }).toMatch(/asked to stop/);
});

test.each([
  ["devices", { devices: ["/dev/ttyUSB0"] }, "Swarm can't give a device of a node to a task"],
  ["privileged", { privileged: true }, "Swarm never runs privileged containers"],
])("up() with %s ends with an error before anything is deployed", async (_, part, reason) => {
  write({ ...part, command: ["sleep", "1000"] });
  const up = await ofdeploy("up");
  expect(up.code).not.toBe(0);
  expect(up.stderr).toContain(reason);
  expect(up.stderr).toContain("--platform docker");
  expect(await manager.call("GET", "/services")).toEqual([]);
});
