import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { captureIo, MEMORY_PLUGIN, TestProject } from "./support/run-ofdeploy.js";

const MODEL = `<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.7"/>`;
const FILE = `
name: plant
devices:
  press:
    uuid: PRESS-01
    uns: {area: north}
    connector:
      type: mtconnect
      agent:
        port: 2101
        device_xml: model.xml
        adapter: {image: "adapter:1", port: 7878}
  oven:
    uuid: OVEN-01
    connector: {type: shdr, host: plc, port: 7878}
`;
const SERVICES = ["press-01-adapter", "press-01-agent", "press-01-producer"];

let project: TestProject;
let memory: ReturnType<typeof resetMemory>;
beforeEach(() => {
  memory = resetMemory();
  project = new TestProject()
    .write(FILE)
    .write(MODEL, "model.xml")
    .write("OPENFACTORY_VERSION=v1\nKAFKA_BROKER=b:9092\nOPENFACTORY_BASE_DOMAIN=x.test\n", ".env");
});
afterEach(() => project.remove());

/** Writes a file, and creates its directories. */
const write = (path: string, content: string): void => {
  const file = join(project.folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};

const services = async (): Promise<string[]> => (await memory.list()).map(({ name }) => name).sort();

describe("devices", () => {
  test("validate, plan and up report that nothing is deployed for a device of a connector service", async () => {
    const line = "oven: shdr device, registered by the connector service; nothing to deploy\n";
    const validated = await project.run("validate");
    expect(validated).toMatchObject({
      code: 0,
      out: `${line}openfactory.yml: valid for memory: 2 devices, project plant\n`,
    });
    const planned = await project.run("plan");
    expect(planned).toMatchObject({
      code: 2,
      out: expect.stringMatching(/\+ press-adapter .*\+ press-agent .*\+ press-producer/s),
    });
    expect(planned.out).toContain(line);
    const up = await project.run("up", "--json");
    expect(up.code).toBe(0);
    expect(up.events.filter(({ event }) => event === "device")).toMatchObject([
      { device: "press", uuid: "PRESS-01", connector: "mtconnect", services: SERVICES, notes: [] },
      { device: "oven", connector: "shdr", services: [] },
    ]);
    expect(await services()).toEqual(SERVICES);
    expect((await project.run("plan")).out).toContain("nothing to do; 3 unchanged");
  });

  test("up starts the services of a device in their order", async () => {
    const { events } = await project.run("up", "--json");
    const deploying = events.filter(({ event, phase }) => event === "phase" && phase === "deploying");
    expect(deploying.map(({ service }) => service)).toEqual(SERVICES);
  });

  test("logs, scale and rollback accept the name of a device for its services", async () => {
    await project.run("up");
    const logs = await project.run("logs", "press", "--json");
    expect(logs.code).toBe(0);
    expect((await project.run("scale", "press=0")).code).toBe(0);
    expect((await memory.list()).map(({ replicas }) => replicas.desired)).toEqual([0, 0, 0]);
    expect((await project.run("scale", "press=1", "--no-wait")).out).toMatch(
      /press-adapter: 0 => 1[^]*press-agent: 0 => 1[^]*press-producer: 0 => 1/,
    );
    expect(await project.run("scale", "press=2")).toMatchObject({
      code: 3,
      err: expect.stringContaining(
        "The device press can't have 2 replicas. Its services are press-adapter, press-agent, press-producer.",
      ),
    });
    expect(await project.run("logs", "oven")).toMatchObject({
      code: 1,
      err: expect.stringContaining("The device oven has no services"),
    });
    expect(await project.run("logs", "pres")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean press?"),
    });
    expect((await project.run("ps")).out).toMatch(/press-adapter[^]*press-agent[^]*press-producer/);
  });

  test("a changed model updates only the agent, and ps shows it", async () => {
    await project.run("up");
    project.write(MODEL.replace("/>", "> </MTConnectDevices>"), "model.xml");
    const { out } = await project.run("ps", "--json");
    expect(out).toMatch(/"app":"press-agent","service":"press-01-agent","relation":"changed"/);
    const plan = await project.run("plan");
    expect(plan.out).toMatch(/~ press-agent .*\n +:11 {2}env.XML_MODEL +\(hidden\) => \(hidden\)/);
    expect(plan.out).toContain("1 to change; 2 unchanged");
  });

  test("up --prune and down remove all services of a device that is no longer in the file, without its model", async () => {
    await project.run("up");
    project.write(FILE.replace(/ {2}press:[^]*? {2}oven:/, "  oven:"));
    expect((await project.run("plan")).out.match(/\? press-\w+: not in the file/g)).toHaveLength(3);
    await project.run("up", "--prune");
    expect(await services()).toEqual([]);
    project.write(FILE);
    await project.run("up");
    project.write(FILE.replace("model.xml", "absent.xml"));
    expect(await project.run("up")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/openfactory.yml:11:21: .*no such file/),
    });
    expect((await project.run("down")).code).toBe(0);
    expect(await services()).toEqual([]);
  });
});

const LISTENER = `
import { appendFileSync } from "node:fs";
export const plugin = {
  kind: "assetListener", name: "noted", contractVersion: 1, description: "Notes assets.",
  create: ({ cwd }) => ({
    name: "noted",
    onAsset: ({ change, asset }) => appendFileSync(cwd + "/assets.txt", change + " " + asset.uuid + "\\n"),
    close: () => appendFileSync(cwd + "/assets.txt", "closed\\n"),
  }),
};
`;
const MODBUS = `
export const plugin = {
  kind: "connector", name: "modbus", contractVersion: 1, description: "Modbus.",
  schema: { safeParse: (value) => value.unit > 0 ? { success: true, data: value }
    : { success: false, error: { issues: [{ code: "custom", path: ["unit"], message: "a unit is above 0" }] } } },
  build: ({ connector }) => {
    if (connector.unit === 99) throw new Error("boom");
    return { services: [{ role: "gateway", request: { image: "modbus:1", env: ["UNIT=" + connector.unit] } }] };
  },
};
`;

describe("plugins of an installed package from outside the workspace", () => {
  beforeEach(() => {
    write("package.json", JSON.stringify({ name: "plant", dependencies: { extras: "1" } }));
    write(
      "node_modules/extras/package.json",
      JSON.stringify({
        name: "extras",
        type: "module",
        openfactory: { connectors: { modbus: "./modbus.js" }, assetListeners: { noted: "./noted.js" } },
      }),
    );
    write("node_modules/extras/modbus.js", MODBUS);
    write("node_modules/extras/noted.js", LISTENER);
  });
  const modbus = (unit: number | string) =>
    project.write(`name: plant\ndevices:\n  m:\n    uuid: M-1\n    connector: {type: modbus, unit: ${unit}}\n`);
  const noted = (): string => readFileSync(join(project.folder, "assets.txt"), "utf8");

  test("a connector plugin deploys its services, and its findings have positions in the file", async () => {
    modbus(7);
    expect((await project.run("up")).code).toBe(0);
    expect(await services()).toEqual(["m-1-gateway"]);
    modbus(0);
    expect(await project.run("validate")).toMatchObject({
      code: 3,
      err: expect.stringContaining("openfactory.yml:5:37: devices.m.connector.unit: a unit is above 0"),
    });
    modbus(99);
    expect(await project.run("validate")).toMatchObject({
      code: 3,
      err: expect.stringContaining(
        "error[PLUGIN_FAILED] The connector modbus failed: it threw an error for device m: boom.",
      ),
    });
    project.write("devices:\n  m:\n    uuid: M-1\n    connector: {type: modbos}\n");
    expect((await project.run("validate")).err).toMatch(
      /unknown connector "modbos"[^]*Did you mean "modbus"\? Known connectors: modbus, mtconnect, opcua, shdr/,
    );
  });

  test("an asset listener receives the changes of up, scale and down, and is closed", async () => {
    await project.run("up");
    expect(noted()).toBe("created PRESS-01\ndeclared OVEN-01\nclosed\n");
    await project.run("down");
    expect(noted().split("\n").slice(3)).toEqual(["removed PRESS-01", "removed OVEN-01", "closed", ""]);
  });

  test.each([
    ["can't be loaded", `throw new Error("no broker");`, "it failed to load: no broker."],
    [
      "could not be started",
      LISTENER.replace("create: (", "create: async () => { throw new Error('no broker'); }, other: ("),
      "could not be started: no broker.",
    ],
    [
      "throws",
      LISTENER.replace("appendFileSync(cwd", "fail(cwd"),
      "failed for 2 assets of 2 (PRESS-01: fail is not defined).",
    ],
  ])("a listener that %s is a warning, and up succeeds", async (_, source, warning) => {
    write("node_modules/extras/noted.js", source);
    const up = await project.run("up");
    expect(up).toMatchObject({ code: 0, err: expect.stringMatching(/warning\[LISTENER_FAILED\] /) });
    expect(up.err).toContain(warning);
    expect(await services()).toEqual(SERVICES);
  });

  test("a module of --plugin adds plugins of several kinds, which replace installed ones of the same name", async () => {
    write(
      "both.mjs",
      `${LISTENER.replace("plugin =", "listener =").replaceAll("assets.txt", "other.txt")}${MODBUS.replace("modbus:1", "modbus:2")}`,
    );
    modbus(7);
    const io = captureIo(project.folder);
    const args = ["up", "--plugin", "./both.mjs", "--plugin", MEMORY_PLUGIN, "--platform", "memory"];
    expect((await project.runWith(io, args)).code).toBe(0);
    expect((await memory.list()).map(({ image }) => image)).toEqual(["modbus:2"]);
    expect(readFileSync(join(project.folder, "other.txt"), "utf8")).toBe("created M-1\nclosed\n");
  });
});
