import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterEach, beforeEach, expect, test, type TestContext } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";

const id = `fields-${randomBytes(4).toString("hex")}`;
const engine = new RawEngine(process.env["DOCKER_HOST"] ?? "");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "of-fields-"));
});
afterEach(async () => {
  await ofdeploy("down");
  await rm(folder, { recursive: true, force: true });
});

const ofdeploy = (command: string, ...words: string[]) =>
  callOfdeploy([command, ...words, "--platform", "docker", "--file", join(folder, "openfactory.yml")]);

const write = (apps: Record<string, object>) =>
  writeFile(
    join(folder, "openfactory.yml"),
    JSON.stringify({
      name: id,
      apps: Object.fromEntries(
        Object.entries(apps).map(([name, app]) => [
          name,
          { uuid: `${id}-${name}`, image: TEST_IMAGE, stop_grace_period: "1s", ...app },
        ]),
      ),
    }),
  );

/** A shell line, after which the process keeps running. */
const shell = (line: string): string[] => ["sh", "-c", `${line}\ntrap 'exit 0' TERM\nwhile :; do sleep 1; done`];

async function expectUpWithoutChangesAfter(): Promise<void> {
  const up = await ofdeploy("up", "--yes");
  expect(up, up.stderr).toMatchObject({ code: 0 });
  const plan = await ofdeploy("plan");
  expect(plan, plan.stdout).toMatchObject({ code: 0 });
}

/** Waits until the log of an app matches. */
async function expectLog(app: string, pattern: RegExp): Promise<void> {
  await expect.poll(async () => (await ofdeploy("logs", app)).stdout, { interval: 300 }).toMatch(pattern);
}

/** A console of the kernel, and a character device from which its text can be read (vcs(4)). */
const CONSOLE = 63;

test("an app reads a character device of the host, under another path and with read permission only", async (context: TestContext) => {
  const device = join(folder, "meter");
  try {
    await writeFile(`/dev/tty${CONSOLE}`, "\u001B[2J\u001B[Hreading 42");
    execFileSync("mknod", [device, "c", "7", String(CONSOLE)]);
  } catch {
    return context.skip("this machine has no consoles of the kernel (/dev/tty63, vcs), or this user can't open them");
  }
  const meter = { devices: [`${device}:/dev/ttyUSB0:r`], command: shell("dd if=/dev/ttyUSB0 bs=10 count=1; echo") };
  await write({ meter });
  await expectUpWithoutChangesAfter();
  await expectLog("meter", /reading 42/);

  await write({ meter: { ...meter, devices: [`${device}:/dev/ttyUSB0:rw`] } });
  const plan = await ofdeploy("plan");
  expect(plan).toMatchObject({ code: 2 });
  expect(plan.stdout).toMatch(/devices\[0\] +r => rw$/m);
  await expectUpWithoutChangesAfter();
});

test("an app reads lines from a pseudo-terminal that is mounted as a serial port", async (context: TestContext) => {
  if (!existsSync("/usr/bin/script")) return context.skip("script (util-linux) is not installed");
  const terminal = spawn("script", ["-qfc", "stty raw -echo; tty; sleep 1000", "/dev/null"]);
  try {
    const path = await new Promise<string>((resolve, reject) => {
      terminal.on("error", reject);
      terminal.stdout.on("data", (text: Buffer) => {
        const [found] = /\/dev\/pts\/\d+/.exec(String(text)) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const storage = { port: { type: "local", local_path: path, mount_point: "/dev/ttyUSB0" } };
    await write({ reader: { storage, command: shell("head -n 1 /dev/ttyUSB0") } });
    await expectUpWithoutChangesAfter();
    terminal.stdin.write("temperature 21.5\n");
    await expectLog("reader", /temperature 21\.5/);
  } finally {
    terminal.kill();
  }
});

test("an app with a device that the host does not have fails with the device's path, and leaves no container", async () => {
  await write({ meter: { devices: ["/dev/of-no-such-device"], command: shell("") } });
  const up = await ofdeploy("up");
  expect(up).toMatchObject({ code: 1 });
  expect(up.stderr).toContain("has no device /dev/of-no-such-device");
  expect(up.stderr).toMatch(/openfactory\.yml:1:\d+/);
  expect((await engine.request("GET", `/containers/${id}-meter/json`)).status).toBe(404);
});

test("an app on the host's network answers on the host's port, with its own names and resolver", async () => {
  const port = await freePort();
  await write({
    web: {
      network_mode: "host",
      hostname: "line-1",
      extra_hosts: { nas: "192.0.2.10" },
      dns: "192.0.2.53",
      command: ["httpd", "-f", "-p", String(port), "-h", "/etc"],
    },
  });
  await expectUpWithoutChangesAfter();
  const get = async (file: string) => (await fetch(`http://127.0.0.1:${port}/${file}`)).text();
  expect(await get("hostname")).toBe("line-1\n");
  expect(await get("hosts")).toMatch(/^192\.0\.2\.10\s+nas$/m);
  expect(await get("resolv.conf")).toMatch(/^nameserver 192\.0\.2\.53$/m);
});

test("an app gets its stop signal, in its directory, with its terminal, kernel parameters and log options", async () => {
  await write({
    app: {
      working_dir: "/etc",
      tty: true,
      stop_signal: "SIGUSR1",
      group_add: [2345],
      sysctls: { "net.ipv4.ip_unprivileged_port_start": 1000 },
      shm_size: "32mb",
      tmpfs: "/run/app:size=1m,mode=1770",
      logging: { driver: "json-file", options: { "max-size": "1m" } },
      command: [
        "sh",
        "-c",
        "trap 'echo asked to stop; exit 0' USR1; pwd; test -t 1 && echo terminal; id -G; grep -E ' (/dev/shm|/run/app) ' /proc/mounts; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; while :; do sleep 1; done",
      ],
    },
  });
  await expectUpWithoutChangesAfter();
  await engine.call("POST", `/containers/${id}-app/stop?t=10`);
  const { stdout } = await ofdeploy("logs", "app");
  for (const line of [
    /^.*\/etc\r?$/m,
    /terminal/,
    /\b2345\b/,
    / \/dev\/shm tmpfs .*size=32768k/,
    / \/run\/app tmpfs .*size=1024k,mode=1770/,
    /\b1000\b/,
    /asked to stop/,
  ]) {
    expect(stdout).toMatch(line);
  }
  const { HostConfig } = await engine.call("GET", `/containers/${id}-app/json`);
  expect(HostConfig.LogConfig).toMatchObject({ Type: "json-file", Config: { "max-size": "1m" } });
});
