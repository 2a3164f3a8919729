import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command } from "./command.js";

// Runs in the node: the packed command with the platform as a plugin.
const FILE = `
name: plant
networks:
  line:
apps:
  station:
    uuid: STATION
    image: localhost/openfactory/contract:1
    command: httpd -f -p 8080 -h /srv
    environment:
      - PASSWORD=s3cr3t-of-the-plant
      - "QUERY=a=b 100% $$HOME"
    ports:
      - target: 8080
        published: 18081
    networks: [line]
    healthcheck:
      test: printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 8080 | grep -q HTTP
      interval: 1s
  reader:
    uuid: READER
    image: localhost/openfactory/contract:1
    command: sh -c 'trap "exit 0" TERM; echo reading; sleep 3600 & wait'
    networks: [line]
    storage:
      data:
        type: volume
        mount_point: /data
    depends_on: [station]
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plant-"));
  writeFileSync(join(folder, "openfactory.yml"), FILE);
});
afterAll(async () => {
  await ofdeploy("down", "--volumes", "--yes");
  rmSync(folder, { recursive: true, force: true });
});

const ofdeploy = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve, reject) => {
    const words = [
      "/work/node_modules/.bin/ofdeploy",
      ...args,
      "--platform",
      "quadlet",
      "--plugin",
      "/work/dist/plugin.js",
    ];
    execFile(process.execPath, words, { cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") resolve({ code, output: stdout + stderr });
      else reject(error);
    });
  });

test("`ofdeploy up` deploys an app file, and a second plan is empty", async () => {
  expect(await ofdeploy("plan")).toMatchObject({ code: 2 });
  const up = await ofdeploy("up", "--strict");
  expect(up.output).toMatch(/2 created|2 deployed|station/);
  expect(up).toMatchObject({ code: 0 });
  expect(up.output).not.toContain("s3cr3t");
  expect(await ofdeploy("plan")).toMatchObject({ code: 0 });
  expect((await command(["systemctl", "is-active", "station.service", "reader.service"])).trim()).toBe(
    "active\nactive",
  );
  expect((await ofdeploy("ps")).output).toMatch(/station\s+station\s+running/);
  expect((await ofdeploy("logs", "reader")).output).toContain("reading");
  const ports = await fetch("http://127.0.0.1:18081/");
  expect(ports.status).toBeGreaterThan(0);
  const unit = await command(["cat", "/etc/containers/systemd/station.container"]);
  expect(unit).not.toContain("s3cr3t");
});

test("a failed `ofdeploy up` is reverted, and the previous version runs", async () => {
  writeFileSync(join(folder, "openfactory.yml"), FILE.replace("echo reading", "exit 3"));
  const up = await ofdeploy("up");
  expect(up).toMatchObject({ code: 1 });
  expect(up.output).toContain("TASK_FAILED");
  writeFileSync(join(folder, "openfactory.yml"), FILE);
  expect(await ofdeploy("plan")).toMatchObject({ code: 0 });
  expect((await command(["systemctl", "is-active", "reader.service"])).trim()).toBe("active");
});

test("`ofdeploy down` removes everything", async () => {
  expect(await ofdeploy("down", "--volumes", "--yes")).toMatchObject({ code: 0 });
  expect((await command(["podman", "ps", "--all", "--quiet"])).trim()).toBe("");
  expect(await command(["podman", "network", "ls", "--format={{.Name}}"])).not.toContain("plant_line");
});
