import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CONTRACT_VERSION,
  defineConnectorPlugin,
  DeploymentError,
  type DeviceServices,
  type ErrorIssue,
} from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { loadProject, type LoadOptions } from "../load-project.js";
import { builtInConnectors } from "./connectors.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "devices-"));
  await writeFile(join(directory, "model.xml"), MODEL);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const MODEL = `<?xml version="1.0"?>\n<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.7"><Devices/></MTConnectDevices>\n`;
const ENV = { OPENFACTORY_VERSION: "v1.2.3", OPENFACTORY_BASE_DOMAIN: "factory.test", KAFKA_BROKER: "broker:9092" };

const load = async (text: string, options: LoadOptions = {}) => {
  const file = join(directory, "dev_press.yml");
  await writeFile(file, text);
  return loadProject([file], { env: ENV, cwd: directory, ...options });
};

/** The findings of a file that is not valid, each as `line:column message`. */
const findings = async (text: string, options: LoadOptions = {}): Promise<string[]> =>
  (await issuesOf(text, options)).map(({ location, message }) => `${location?.line}:${location?.column} ${message}`);

const issuesOf = async (text: string, options: LoadOptions = {}): Promise<readonly ErrorIssue[]> => {
  const error: unknown = await load(text, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error ?? new Error("The file is valid.");
  return error.issues;
};

const device = (connector: string, more = ""): string =>
  `devices:\n  press:\n    uuid: Press-01\n${more}    connector:\n${connector.replace(/^/gm, "      ")}\n`;

const MTCONNECT = `type: mtconnect
agent:
  port: 2101
  device_xml: model.xml
  adapter:
    image: press-adapter:1
    port: 7878
    environment:
      - MODE = a=b
      - EMPTY=`;

describe("a device for an earlier release of OpenFactory", () => {
  const opcua = (part: string) => `    connector:\n      type: opcua\n      ${part}`;
  test.each([
    ["0.4.1", "agent", "    agent: {port: 3201}", "connector: {type: mtconnect, agent: ...}"],
    ["0.4.9", "supervisor", "    supervisor: {image: x}", "deploy its image as an app"],
    ["0.4.4", "device", opcua("device: {path: a}"), '"variables" is a key of the connector'],
    ["0.4.4", "namespace_uri", opcua("server: {uri: x, namespace_uri: y}"), "ns=2;i=1001"],
  ])("for %s is rejected with a hint about its key %s", async (_, key, lines, hint) => {
    const issues = await issuesOf(`devices:\n  cnc:\n    uuid: CNC\n${lines}\n`);
    expect(issues).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining(`unknown key "${key}" in devices.cnc`),
        hint: expect.stringContaining(hint),
      }),
    );
  });
});

describe("an mtconnect device", () => {
  test("sourceOf() returns the position of a field, and no key, because the connector sets the fields", async () => {
    const { apps } = await load(device(MTCONNECT));
    const [adapter] = apps;
    expect(adapter?.sourceOf?.(["image"])).toEqual({ location: adapter?.locate("image") });
    expect(adapter?.sourceOf?.(["image"]).location.line).toBeGreaterThan(adapter!.location.line);
    expect(adapter?.sourceOf?.(["hostname"])).toEqual({ location: adapter?.location });
  });

  test("becomes an adapter, an agent and a producer, which start in this order", async () => {
    const { apps, devices, networks } = await load(device(MTCONNECT, "    uns: {area: north, line: 1.10}\n"));
    const resources = { Limits: { NanoCPUs: 1e9 }, Reservations: { NanoCPUs: 5e8 } };
    const common = { networks: ["factory-net"], resources, mode: { Replicated: { Replicas: 1 } } };
    const uns = { "openfactory.uns.area": "north", "openfactory.uns.line": "1.10" };
    expect(apps.map(({ request }) => request)).toMatchObject([
      { name: "press-01-adapter", image: "press-adapter:1", env: ["MODE=a=b", "EMPTY="], labels: uns, ...common },
      {
        name: "press-01-agent",
        image: "ghcr.io/openfactoryio/mtcagent:v2.5.0.11",
        command: [
          "sh",
          "-c",
          `printf "%b" "$XML_MODEL" > device.xml; printf "%b" "$AGENT_CFG_FILE" > agent.cfg; mtcagent run agent.cfg`,
        ],
        env: [
          "MTC_AGENT_UUID=PRESS-01-AGENT",
          "ADAPTER_UUID=PRESS-01",
          "ADAPTER_IP=press-01-adapter",
          "ADAPTER_PORT=7878",
          `XML_MODEL=${MODEL}`,
          expect.stringMatching(/^AGENT_CFG_FILE=[^]*\n {4}Host = press-01-adapter\n {4}Port = 7878\n/),
        ],
        ports: [{ target: 5000, published: 2101 }],
        labels: {
          "traefik.enable": "true",
          "traefik.http.routers.press-01-agent.rule": "Host(`press-01.agent.factory.test`)",
          "traefik.http.routers.press-01-agent.entrypoints": "web",
          "traefik.http.services.press-01-agent.loadbalancer.server.port": "5000",
          ...uns,
        },
        ...common,
      },
      {
        name: "press-01-producer",
        image: "ghcr.io/openfactoryio/kafka-mtc-producer:v1.2.3",
        env: [
          "KAFKA_BROKER=broker:9092",
          "KAFKA_PRODUCER_UUID=PRESS-01-PRODUCER",
          "MTC_AGENT=http://press-01-agent:5000",
        ],
        ...common,
      },
    ]);
    expect(
      apps.map(({ key, service, dependsOn }) => [key, service, dependsOn.map((needed) => needed.service)]),
    ).toEqual([
      ["press-adapter", "press-01-adapter", []],
      ["press-agent", "press-01-agent", ["press-01-adapter"]],
      ["press-producer", "press-01-producer", ["press-01-agent"]],
    ]);
    expect(devices).toMatchObject([
      {
        key: "press",
        uuid: "Press-01",
        connector: "mtconnect",
        uns: { area: "north", line: "1.10" },
        services: ["press-01-adapter", "press-01-agent", "press-01-producer"],
        references: {
          agent: { uuid: "PRESS-01-AGENT", service: "press-01-agent" },
          producer: { uuid: "PRESS-01-PRODUCER", service: "press-01-producer" },
        },
        notes: [],
        location: { line: 2, column: 3 },
      },
    ]);
    expect(networks).toMatchObject([{ name: "factory-net", apps: ["press-adapter", "press-agent", "press-producer"] }]);
  });

  test("with an adapter that runs elsewhere has no adapter service", async () => {
    const { apps } = await load(device(MTCONNECT.replace(/adapter:[^]*/, "adapter: {ip: 192.0.2.7, port: 7879}")));
    expect(apps.map(({ key }) => key)).toEqual(["press-agent", "press-producer"]);
    expect(apps[0]?.request.env).toEqual(expect.arrayContaining(["ADAPTER_IP=192.0.2.7", "ADAPTER_PORT=7879"]));
    expect(apps[0]?.dependsOn).toEqual([]);
  });

  test.each([
    ["{ip: 192.0.2.9, port: 5001}", "http://192.0.2.9:5001"],
    ["{ip: agent.example.com, port: 443}", "https://agent.example.com:443"],
    ["{ip: '2001:db8::1', port: 5000}", "http://[2001:db8::1]:5000"],
  ])("with the agent %s has a producer only", async (agent, url) => {
    const { apps, devices } = await load(device(`type: mtconnect\nagent: ${agent}`));
    expect(apps.map(({ key, dependsOn }) => [key, dependsOn])).toEqual([["press-producer", []]]);
    expect(apps[0]?.request.env).toContain(`MTC_AGENT=${url}`);
    expect(devices[0]?.references?.["agent"]).toEqual({ uuid: "PRESS-01-AGENT" });
  });

  test("uses resources, placement and open files of deploy; a note says that replicas has no effect", async () => {
    const deploy = `
  deploy:
    replicas: 3
    resources:
      limits: {cpus: 2, memory: 512Mi, open_files: 4096}
      reservations: {cpus: 0.25}
    placement:
      constraints: [node.labels.zone=north, node.role != manager]`;
    const { apps, devices } = await load(device(MTCONNECT + deploy));
    const expected = {
      mode: { Replicated: { Replicas: 1 } },
      resources: { Limits: { NanoCPUs: 2e9, MemoryBytes: 2 ** 29 }, Reservations: { NanoCPUs: 25e7 } },
      openFiles: 4096,
      constraints: ["node.labels.zone == north", "node.role != manager"],
    };
    expect(apps[1]?.request).toMatchObject(expected);
    expect(apps[2]?.request).toMatchObject(expected);
    expect(apps[0]?.request).toMatchObject({ resources: { Limits: { NanoCPUs: 1e9 } } });
    expect(devices[0]?.notes).toEqual([
      "agent.deploy.replicas has no effect: each service of a device has one replica.",
    ]);
  });

  test("lets the platform expand templates in the adapter's variables, as in OpenFactory", async () => {
    const { apps } = await load(device(MTCONNECT.replace("EMPTY=", "NODE={{.Node.Hostname}}")));
    expect(apps.map(({ request }) => request.templates)).toEqual(["expand", undefined, undefined]);
  });

  test("joins the network that the file declares as factory-net", async () => {
    const { apps, resources } = await load(`networks: {factory-net: {name: plant}}\n${device(MTCONNECT)}`);
    expect(apps[0]?.request.networks).toEqual(["plant"]);
    expect(resources).toMatchObject([{ key: "factory-net", spec: { name: "plant" } }]);
  });

  test("uses images from variables, and has notes for unset variables", async () => {
    const env = { MTCONNECT_AGENT_IMAGE: "mirror/agent:1", MTCONNECT_PRODUCER_IMAGE: "mirror/producer:1" };
    const { apps, devices } = await load(device(MTCONNECT), { env });
    expect(apps.slice(1).map(({ request }) => [request.image, request.labels])).toEqual([
      ["mirror/agent:1", {}],
      ["mirror/producer:1", undefined],
    ]);
    expect(devices[0]?.notes).toEqual([
      "OPENFACTORY_BASE_DOMAIN is not set: Traefik does not route to the agent.",
      "KAFKA_BROKER is not set: the producer has no broker.",
    ]);
    expect(await findings(device(MTCONNECT), { env: {} })).toEqual([
      expect.stringMatching(/^5:7 devices.press.connector: unknown version of the producer's image/),
    ]);
  });

  test.each([
    ["none", "model.xml"],
    ["none", "absent.xml"],
    ["local", "absent.xml"],
    ["local", "https://127.0.0.1:59999/model.xml"],
  ] as const)("with contents %s names its services without the model %s", async (contents, model) => {
    const { apps } = await load(device(MTCONNECT.replace("model.xml", model)), { contents });
    expect(apps.map(({ key, isIncomplete }) => [key, isIncomplete])).toEqual([
      ["press-adapter", true],
      ["press-agent", true],
      ["press-producer", true],
    ]);
  });

  test.each([
    ["port: 2101", "port: 99999", /^7:15 .*agent.port: expected a whole number from 1 to 65535/],
    [
      "image: press-adapter:1",
      "ip: 192.0.2.1\n    image: press-adapter:1",
      /^10:11 .*agent.adapter: set either ip or image, not both/,
    ],
    ["    image: press-adapter:1\n", "", /^10:11 .*agent.adapter: ip or image is missing/],
    ["  device_xml: model.xml\n", "", /^6:7 "device_xml" is missing in devices.press.connector.agent/],
    [
      "port: 2101",
      "port: 2101\n  ip: 192.0.2.1",
      /^9:21 .*device_xml: not allowed with ip, which means that the agent runs elsewhere: remove device_xml or ip/,
    ],
    ["image: press-adapter:1", "image: Press Adapter", /^10:11 .*adapter.image: an image reference/],
    ["- MODE = a=b", "- MODE", /^13:15 .*environment.0: expected KEY=VALUE/],
    ["- MODE = a=b", "- EMPTY=1", /^14:15 .*environment\[1\]: EMPTY is already set/],
    ["device_xml:", "device_xlm:", /unknown key "device_xlm" in devices.press.connector.agent/],
    ["model.xml", "absent.xml", /^8:21 .*device_xml: "absent.xml": no such file/],
    ["model.xml", "ftp://plc/model.xml", /^8:21 .*unknown scheme ftp:\/\//],
    ["model.xml", "github://owner/repo/model.xml", /^8:21 .*expected the form github:\/\/owner:repo@ref\/path/],
    ["type: mtconnect", "type: mtconect", /^5:13 devices.press.connector.type: unknown connector "mtconect"/],
  ])("reports %j changed to %j at its location", async (written, wrong, finding) => {
    expect((await findings(device(MTCONNECT.replace(written, wrong)))).join("\n")).toMatch(finding);
  });

  test("reports a uuid that is not a valid service name, and service names and ports of other entries", async () => {
    expect(await findings(device(MTCONNECT).replace("Press-01", "Press 01"))).toContainEqual(
      expect.stringMatching(/^3:5 devices.press.uuid: a service name must consist of/),
    );
    const app = `apps:\n  other:\n    uuid: press-01-AGENT\n    image: x\n    ports: ["2101:80"]\n`;
    expect(await findings(app + device(MTCONNECT))).toEqual([
      expect.stringMatching(/^8:11 apps "press-agent" and "other" \(line 3, column 11\) have the same service name/),
      expect.stringMatching(/^12:15 app "press-agent" can't publish host port 2101\/tcp: app "other"/),
    ]);
  });

  test.each([
    ["<MTConnectDevices>", "not well-formed XML: line 1, column 18: unclosed tag: MTConnectDevices"],
    ["hello", "not well-formed XML: line 1, column"],
    ["", "not well-formed XML"],
    ["<a:MTConnectDevices/>", "not well-formed XML"],
    ["<MTConnectStreams/>", "the device model has the root element MTConnectStreams, expected MTConnectDevices"],
    ["\0<MTConnectDevices/>", "not UTF-8 text"],
  ])("reports the model %j", async (model, message) => {
    await writeFile(join(directory, "model.xml"), model);
    expect(await findings(device(MTCONNECT))).toEqual([expect.stringContaining(message)]);
  });

  test("accepts a model with a byte order mark, a namespace prefix and a document type", async () => {
    await writeFile(join(directory, "model.xml"), `\uFEFF<!DOCTYPE m><m:MTConnectDevices xmlns:m="urn:x"/>`);
    expect((await load(device(MTCONNECT))).apps).toHaveLength(3);
  });

  test("splits a model that is too long for one variable, and refuses a model that is too large", async () => {
    const write = (size: number) =>
      writeFile(join(directory, "model.xml"), `<MTConnectDevices><!--${"x".repeat(size)}--></MTConnectDevices>`);
    await write(300 * 1024);
    const { env = [], command = [] } = (await load(device(MTCONNECT))).apps[1]?.request ?? {};
    const pieces = env.filter((entry) => entry.startsWith("XML_MODEL"));
    expect(pieces.map((entry) => entry.split("=")[0])).toEqual(["XML_MODEL", "XML_MODEL_2", "XML_MODEL_3"]);
    for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThan(128 * 1024);
    expect(command[2]).toMatch(/^printf "%b" "\$XML_MODEL" "\$XML_MODEL_2" "\$XML_MODEL_3" > device.xml; /);
    await write(600 * 1024);
    expect(await findings(device(MTCONNECT))).toEqual([
      expect.stringMatching(/^8:21 .*the device model takes 601 KiB of variables, but the limit is 512 KiB/),
    ]);
  });

  test("is named by its uuid if another file uses its name", async () => {
    for (const [file, uuid] of [
      ["wc1", "PRESS-01"],
      ["wc2", "PRESS-02"],
    ]) {
      await writeFile(
        join(directory, `dev_${file}.yml`),
        device(MTCONNECT.replace("2101", file === "wc1" ? "2101" : "2102")).replace("Press-01", uuid ?? ""),
      );
    }
    const { apps, devices } = await loadProject([directory], { env: ENV, cwd: directory });
    expect(devices.map(({ key, uuid, file }) => [key, uuid, file])).toEqual([
      ["press-01", "PRESS-01", "dev_wc1.yml"],
      ["press-02", "PRESS-02", "dev_wc2.yml"],
    ]);
    expect(apps.map(({ key }) => key)).toContain("press-02-agent");
    const own = await loadProject([join(directory, "dev_wc1.yml")], { env: ENV, cwd: directory });
    expect(own.devices.map(({ key }) => key)).toEqual(["press"]);
  });

  test("shows no value of a variable in a finding", async () => {
    const text = device(MTCONNECT.replace("model.xml", "https://user:${TOKEN}@127.0.0.1:59999/model.xml"));
    const [finding] = await findings(text, { env: { ...ENV, TOKEN: "hunter2" } });
    expect(finding).toMatch(
      /^8:21 .*"https:\/\/user:\$\{TOKEN\}@127.0.0.1:59999\/model.xml": download failed: ECONNREFUSED/,
    );
    expect(finding).not.toContain("hunter2");
  });
});

describe("a device without services", () => {
  test("can't have the uuid of another device", async () => {
    const shdr = "connector: {type: shdr, host: plc, port: 7878}";
    expect(await findings(`devices:\n  a:\n    uuid: OVEN\n    ${shdr}\n  b:\n    uuid: OVEN\n    ${shdr}\n`)).toEqual([
      '6:11 devices "b" and "a" (line 3, column 11) have the same uuid',
    ]);
  });

  test("is part of the project, with its connector", async () => {
    const { apps, devices } = await load(
      device("type: shdr\nhost: plc\nport: 7878\ndata: {Temp: {tag: T, type: Samples}}"),
    );
    expect(apps).toEqual([]);
    expect(devices).toMatchObject([{ key: "press", connector: "shdr", services: [] }]);
  });

  const OPCUA = `type: opcua
server: {uri: "oopc.tcp://plc:4840", subscription: {publishing_interval: 10, queue_size: 1, sampling_interval: 0}}
variables:
  temp: {browse_path: "0:Root/2:Temp", tag: T, access_level: rw, deadband: 0.5}
  hum: {node_id: "ns=2;i=6", tag: H}
constants:
  model: {node_id: "ns=2;s=a=b", tag: M}
events:
  e: {browse_path: "0:Root/2:Temp"}
methods:
  m: {browse_path: "0:Root/2:Temp"}`;

  test("accepts any scheme in an OPC UA server's URI, as OpenFactory does", async () => {
    expect((await load(device(OPCUA))).devices).toMatchObject([{ connector: "opcua" }]);
  });

  test.each([
    ["rw", "rx", /variables.temp.access_level: expected ro or rw/],
    ["0:Root/2:Temp", "Root/2:Temp", /variables.temp.browse_path: a browse path must start with 0:Root/],
    ["0:Root/2:Temp", "0:Root/x:Temp", /the namespace index of "x:Temp" is not a number/],
    ["0:Root/2:Temp", "0:Root/2: Temp", /"2: Temp" has leading or trailing whitespace/],
    ["0:Root/2:Temp", "0:Root/Temp", /"Temp" must have the form/],
    ["0:Root/2:Temp", "0:Root/2:", /"2:" has no name/],
    ["ns=2;i=6", "i=6", /variables.hum.node_id: expected a node id/],
    ['node_id: "ns=2;i=6", ', "", /variables.hum: node_id or browse_path is missing/],
    ["tag: H", "browse_path: 0:Root, tag: H", /variables.hum: set either node_id or browse_path, not both/],
    ["  model:", "  temp:", /constants.temp: the name is also used in variables/],
    ['node_id: "ns=2;i=6"', "browse_path: 0:Root/2:Temp", /variables.hum.browse_path: temp has the same node/],
    [", tag: H", "", /"tag" is missing in devices.press.connector.variables.hum/],
    ["server:", "sever:", /unknown key "sever" in devices.press.connector/],
  ])("reports %j changed to %j", async (written, wrong, finding) => {
    const text = await findings(device(OPCUA.replace(written, wrong)));
    expect(text.join("\n")).toMatch(finding);
  });

  test("reports an shdr data item of an unknown type", async () => {
    const text = device("type: shdr\nhost: plc\nport: 7878\ndata:\n  Temp: {tag: T, type: Sample}");
    expect(await findings(text)).toEqual(["9:30 devices.press.connector.data.Temp.type: expected Samples or Events"]);
  });
});

describe("a connector of a plugin", () => {
  const connectors = (build: () => unknown) => {
    const registry = builtInConnectors();
    registry.register(
      defineConnectorPlugin({
        name: "modbus",
        contractVersion: CONTRACT_VERSION,
        description: "Modbus.",
        schema: z.strictObject({ type: z.literal("modbus"), unit_id: z.number().max(247, "a unit is at most 247") }),
        build: () => build() as DeviceServices,
      }),
    );
    return registry;
  };
  const services = () => ({ services: [{ role: "gateway", request: { image: "modbus:1" } }] });

  test("is validated by its schema, at locations in the file, and returns the services to deploy", async () => {
    const { apps, devices } = await load(device("type: modbus\nunit_id: 7"), { connectors: connectors(services) });
    expect(apps).toMatchObject([{ key: "press-gateway", service: "press-01-gateway", request: { image: "modbus:1" } }]);
    expect(devices[0]?.connector).toBe("modbus");
    expect(await findings(device("type: modbus\nunit_id: 248"), { connectors: connectors(services) })).toEqual([
      "6:16 devices.press.connector.unit_id: a unit is at most 247",
    ]);
    const error: unknown = await load(device("type: modbus\nunitid: 7"), { connectors: connectors(services) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      issues: expect.arrayContaining([expect.objectContaining({ hint: 'Did you mean "unit_id"?' })]),
    });
  });

  test("is listed in the hint for an unknown type", async () => {
    const error: unknown = await load(device("type: modbos"), { connectors: connectors(services) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      issues: [
        { hint: 'Did you mean "modbus"? Known connectors: modbus, mtconnect, opcua, shdr. Plugins can add others.' },
      ],
    });
  });

  const fail = () => {
    throw new Error("boom\nat secret.js");
  };
  test.each([
    ["throws", fail, "it threw an error for device press: boom."],
    ["rejects", async () => fail(), "it threw an error for device press: boom."],
    ["returns nothing", () => undefined, "services is not a list"],
    ["returns no request", () => ({ services: [{ role: "a" }] }), "a service has no request"],
    ["returns a bad role", () => ({ services: [{ role: "A b", request: {} }] }), "a role does not consist of"],
    [
      "returns a role twice",
      () => ({ services: [...services().services, ...services().services] }),
      "two services have the role gateway",
    ],
    [
      "waits for itself",
      () => ({ services: [{ ...services().services[0], after: ["gateway"] }] }),
      "gateway starts after gateway",
    ],
    [
      "returns no image",
      () => ({ services: [{ role: "a", request: {} }] }),
      "an invalid request for device press: image",
    ],
  ])("that %s fails with PLUGIN_FAILED and its name", async (_, build, reason) => {
    await expect(load(device("type: modbus\nunit_id: 7"), { connectors: connectors(build) })).rejects.toMatchObject({
      code: "PLUGIN_FAILED",
      message: expect.stringMatching(new RegExp(`^The connector modbus failed: .*${reason}`)),
    });
  });
});
