import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineApi, freePort, RawEngine, runInside } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import {
  DEVICE_ENV,
  deviceFile,
  DIFFICULT_MODEL,
  LONG_MODEL,
  makeDeviceImages,
  removeDeviceImages,
} from "./support/device-images.js";
import { firstVariants } from "./support/variants.js";

const LISTENER = new URL("../../../../examples/asset-listener-jsonl/dist/plugin.js", import.meta.url).pathname;

let engine: RawEngine;
let folder: string;
let id: string;
let port: number;

beforeAll(async () => {
  engine = new RawEngine(process.env["DOCKER_HOST"] ?? "");
  await makeDeviceImages(engine);
});
afterAll(() => removeDeviceImages(engine));
beforeEach(async () => {
  id = `dev-${randomBytes(4).toString("hex")}`;
  port = await freePort();
  folder = await mkdtemp(join(tmpdir(), "ofdeploy-devices-"));
  await writeFile(join(folder, "openfactory.yml"), deviceFile(id, port));
  await writeFile(join(folder, ".env"), DEVICE_ENV);
});
afterEach(async () => {
  await ofdeploy("down");
  await rm(folder, { recursive: true, force: true });
});

const ofdeploy = (command: string, ...words: string[]) =>
  callOfdeploy([command, ...words, "--platform", "docker", "--file", join(folder, "openfactory.yml")], {
    OPENFACTORY_ASSETS_FILE: join(folder, "assets.jsonl"),
  });

const containers = async (): Promise<string[]> => {
  const { body } = await engineApi("GET", "/containers/json?all=1");
  return (body as { Names: string[] }[])
    .flatMap(({ Names }) => Names.map((name) => name.slice(1)))
    .filter((name) => name.startsWith(id))
    .sort();
};

/** Waits for the agent, and reads a file from it. */
async function served(file: string): Promise<Buffer> {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/${file}`);
      if (answer.ok) return Buffer.from(await answer.arrayBuffer());
    } catch (error) {
      if (tries > 50) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// `npm run test:all` also runs what a swarm runs in `npm test`: a model that is longer than a variable.
const MODELS: [string, string][] = [
  ["of difficult characters", DIFFICULT_MODEL],
  ["that is longer than a variable", LONG_MODEL],
];
test.each(firstVariants(1, MODELS))(
  "up deploys and down removes an MTConnect device with a model %s",
  async (_, model) => {
    await writeFile(join(folder, "model.xml"), model);
    const up = await ofdeploy("up", "--plugin", LISTENER);
    expect(up, up.stderr).toMatchObject({ code: 0 });
    expect(await containers()).toEqual([`${id}-adapter`, `${id}-agent`, `${id}-producer`]);

    expect(await served("device.xml")).toEqual(Buffer.from(model));
    const config = (await served("agent.cfg")).toString();
    expect(config).toContain(`\n    Host = ${id}-adapter\n    Port = 7878\n`);
    const { Config } = await engine.call("GET", `/containers/${id}-agent/json`);
    // A model without backslashes and templates is passed unchanged.
    expect(Config.Env).toContain(`AGENT_CFG_FILE=${config}`);
    expect(config).toMatch(/^# Made by OpenFactory Deploy[^]*\n}\n$/);

    const resolved = await runInside(engine, `${id}-producer`, ["ping", "-c", "1", "-W", "3", `${id}-agent`]);
    expect(resolved, resolved.stderr).toMatchObject({ exitCode: 0 });
    const asked = await runInside(engine, `${id}-producer`, [
      "sh",
      "-c",
      `printf 'GET /agent.cfg HTTP/1.0\\r\\n\\r\\n' | nc -w 3 ${id}-agent 5000`,
    ]);
    expect(asked.stdout).toContain("SchemaVersion = 2.2");
    const adapter = await runInside(engine, `${id}-agent`, [
      "sh",
      "-c",
      'nc -w 3 "$ADAPTER_IP" "$ADAPTER_PORT" </dev/null',
    ]);
    expect(adapter.stdout).toBe("adapter\n");

    expect((await ofdeploy("up")).stdout).toContain("3 unchanged");
    const down = await ofdeploy("down", "--plugin", LISTENER);
    expect(down, down.stderr).toMatchObject({ code: 0 });
    expect(await containers()).toEqual([]);
    const { body: networks } = await engineApi("GET", "/networks");
    expect((networks as { Name: string }[]).map(({ Name }) => Name)).not.toContain(`${id}-net`);
    const lines = (await readFile(join(folder, "assets.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject(
      ["created", "removed"].map((change) => ({
        change,
        asset: {
          uuid: id.toUpperCase(),
          kind: "device",
          uns: { area: "north" },
          references: { agent: { service: `${id}-agent` }, producer: { service: `${id}-producer` } },
        },
      })),
    );
  },
);

test("up rejects a model that is not XML, before any change", async () => {
  await writeFile(join(folder, "model.xml"), "<MTConnectDevices><Devices></MTConnectDevices>");
  const up = await ofdeploy("up");
  expect(up).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/openfactory.yml:13:21: .*not well-formed XML: line 1, column 46/),
  });
  expect(await containers()).toEqual([]);
});
