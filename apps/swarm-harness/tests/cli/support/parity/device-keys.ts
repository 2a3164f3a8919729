import { expect } from "vitest";
import { all, better, identical, notSupported, type ParityTable } from "./case.js";
import { device, file, mtconnect } from "./sample.js";

const shdr = (more = ""): string => `type: shdr\nhost: 192.0.2.7\nport: 7878\n${more}`;
const opcua = (more = ""): string => `type: opcua\nserver: {uri: "opc.tcp://192.0.2.1:4840"}\n${more}`;
const node = (more: string): string => opcua(`variables: {temp: {tag: Temperature, ${more}}}`);
const external = (more = ""): string => `type: mtconnect\nagent: {ip: 192.0.2.9, port: 5001${more}}`;
const producer = { role: "producer" };
const adapter = { role: "adapter" };

export const deviceKeys: ParityTable = {
  id: "device-keys",
  heading: "key of a device",
  keysBelow: "devices.<name>.",
  cases: [
    better(
      "uuid",
      "OpenFactory refuses two devices of one uuid in a file. Here this applies to all files of a run, and two services with one name are an error too.",
      all(
        device(shdr()).device({ uuid: "Press-01" }),
        file(
          "devices: {a: {uuid: P1, connector: {type: shdr, host: h, port: 1}}, b: {uuid: P1, connector: {type: shdr, host: h, port: 1}}}",
          "",
        ).refused(/uuid/),
      ),
    ),
    identical(
      "uns",
      "As for apps. The services of a device carry it as labels.",
      device(mtconnect(), { more: "uns: {area: north}" }).labels({ "openfactory.uns.area": "north" }),
    ),
    identical(
      ["connector", "connector.type"],
      "`mtconnect`, `opcua` and `shdr`. Plugins add others; a type that is not known is an error here before anything is deployed, and a warning in OpenFactory.",
      device("type: modbus").refused(/unknown connector/),
    ),
    identical(
      "ksql_tables",
      "Accepted, without effect: `device`, `producer` and `agent`. A note says so.",
      all(
        device(shdr(), { more: "ksql_tables: [device]" }).device({ notes: ["ksql_tables has no effect."] }),
        device(shdr(), { more: "ksql_tables: [other]" }).refused(/ksql_tables/),
      ),
    ),
  ],
};

export const mtconnectKeys: ParityTable = {
  id: "mtconnect-keys",
  heading: "key of `connector`, type `mtconnect`",
  keysBelow: "devices.<name>.connector.",
  cases: [
    identical(
      "agent",
      "An agent that is deployed, or with `ip` one that runs elsewhere. Unknown keys beside `agent` are errors here.",
      all(
        device(mtconnect()).services("press-01-adapter", "press-01-agent", "press-01-producer"),
        device(`${shdr()}other: 1`).refused(/other/),
      ),
    ),
    identical(
      "agent.ip",
      "The producer is deployed only; `device_xml` and `adapter` are refused. An IPv6 address is put in brackets here.",
      all(
        device(external()).services("press-01-producer"),
        device(external(), producer).variables({ MTC_AGENT: "http://192.0.2.9:5001" }),
        device(external(", device_xml: model.xml")).refused(/device_xml/),
      ),
    ),
    identical(
      "agent.port",
      "The port of the host on which the agent answers, which listens on 5000; or the port of an agent elsewhere, where 443 means `https`. From 1 to 65535 here.",
      all(
        device(mtconnect()).request({ ports: [{ target: 5000, published: 2101 }] }),
        device(external().replace("5001", "443"), producer).variables({ MTC_AGENT: "https://192.0.2.9:443" }),
      ),
    ),
    better(
      "agent.device_xml",
      "A path (relative to the file), or `github://owner:repo@ref/path`. `http(s)://` works here, too. The model is downloaded within 10 seconds, and checked to be XML of MTConnect, before anything is deployed. A large model is split over several variables.",
      all(
        device(mtconnect()).variables({ XML_MODEL: expect.stringContaining("<MTConnectDevices ") as never }),
        device(mtconnect({ xml: "missing.xml" })).refused(/missing\.xml/),
        device(mtconnect().replace(/ {2}device_xml.*\n/, "")).refused(/"device_xml" is missing/),
      ),
    ),
    identical(
      ["agent.adapter", "agent.adapter.ip", "agent.adapter.image"],
      "Either `ip` or `image`; with `image` the adapter is a service.",
      all(
        device(mtconnect()).variables({ ADAPTER_IP: "press-01-adapter" }),
        device(mtconnect().replace("image: adapter:1", "ip: 192.0.2.5")).variables({ ADAPTER_IP: "192.0.2.5" }),
        device(mtconnect({ adapter: "ip: 192.0.2.5" })).refused(/set either ip or image/),
      ),
    ),
    identical(
      "agent.adapter.port",
      "The port of the adapter. From 1 to 65535 here.",
      device(mtconnect()).variables({ ADAPTER_PORT: "7878" }),
    ),
    better(
      "agent.adapter.environment",
      "A list of `KEY=VALUE`. OpenFactory fails at a value that holds `=`.",
      device(mtconnect({ adapter: "environment: [MODE = a=b]" }), adapter).variables({ MODE: "a=b" }),
    ),
    better(
      ["agent.deploy", "agent.adapter.deploy"],
      "CPUs as in OpenFactory: a limit of 1 and a reservation of 0.5, unless written. `agent.deploy` also holds for the producer. OpenFactory ignores `memory` and `open_files`; here they and `pids` take effect.",
      all(
        device(mtconnect({ agent: "deploy: {resources: {limits: {memory: 64Mi, open_files: 4096}}}" })).request({
          openFiles: 4096,
          resources: { Limits: { NanoCPUs: 1e9, MemoryBytes: 64 * 1024 ** 2 }, Reservations: { NanoCPUs: 5e8 } },
        }),
        device(mtconnect({ agent: "deploy: {resources: {limits: {cpus: 2}}}" }), producer).request({
          resources: { Limits: { NanoCPUs: 2e9 } },
        }),
        device(mtconnect({ adapter: "deploy: {placement: {constraints: [node.role=worker]}}" }), adapter).request({
          constraints: ["node.role == worker"],
        }),
      ),
      { below: true },
    ),
    identical(
      "agent.deploy.replicas",
      "Without effect: each service of a device has one replica. A note says so.",
      all(
        device(mtconnect({ agent: "deploy: {replicas: 2}" })).request({ mode: { Replicated: { Replicas: 1 } } }),
        device(mtconnect({ agent: "deploy: {replicas: 2}" })).device({ notes: [expect.stringContaining("replicas")] }),
      ),
    ),
  ],
};

export const opcuaKeys: ParityTable = {
  id: "opcua-keys",
  heading: "key of `connector`, type `opcua`",
  keysBelow: "devices.<name>.connector.",
  cases: [
    identical(
      ["server", "server.uri"],
      "Required; any text, as in OpenFactory.",
      all(device(opcua()).services(), device("type: opcua").refused(/server/)),
    ),
    identical(
      [
        "server.subscription",
        "server.subscription.publishing_interval",
        "server.subscription.queue_size",
        "server.subscription.sampling_interval",
      ],
      "Numbers.",
      all(
        device(
          'type: opcua\nserver: {uri: "opc.tcp://h", subscription: {publishing_interval: 50.5, queue_size: 2, sampling_interval: 0}}',
        ).services(),
        device('type: opcua\nserver: {uri: "opc.tcp://h", subscription: {queue_size: many}}').refused(/queue_size/),
      ),
    ),
    identical(
      ["variables", "constants", "events", "methods"],
      "Nodes by name. A name is used once in all four, and a node once in each.",
      all(
        device(opcua("events: {a: {node_id: ns=1;i=1}}\nmethods: {b: {node_id: ns=1;i=1}}")).services(),
        device(opcua("events: {a: {node_id: ns=1;i=1}}\nmethods: {a: {node_id: ns=1;i=2}}")).refused(
          /name is also used/,
        ),
        device(opcua("events: {a: {node_id: ns=1;i=1}, b: {node_id: ns=1;i=1}}")).refused(/same node/),
      ),
    ),
    identical(
      ["variables.<name>.node_id", "constants.<name>.node_id", "events.<name>.node_id", "methods.<name>.node_id"],
      "`ns=<number>;i=...` or `ns=<number>;s=...`; either this or `browse_path`.",
      all(
        device(node("node_id: ns=3;s=Temperature")).services(),
        device(node("node_id: i=5")).refused(/node id/),
        device(node("node_id: ns=1;i=1, browse_path: '0:Root'")).refused(/set either node_id or browse_path/),
      ),
    ),
    identical(
      [
        "variables.<name>.browse_path",
        "constants.<name>.browse_path",
        "events.<name>.browse_path",
        "methods.<name>.browse_path",
      ],
      "From `0:Root`, each step `<namespace index>:<name>`, without whitespace at its ends.",
      all(
        device(node("browse_path: '0:Root/0:Objects/2:Sensors'")).services(),
        device(node("browse_path: '0:Objects'")).refused(/must start with 0:Root/),
        device(node("browse_path: '0:Root/x:Sensors'")).refused(/not a number/),
      ),
    ),
    notSupported(
      ["variables", "constants", "events", "methods"].flatMap((section) =>
        ["namespace_index", "identifier_type", "identifier"].map((key) => `${section}.<name>.${key}`),
      ),
      "OpenFactory accepts them and overwrites them with the parts of `node_id`. Here they are unknown keys: leave them out.",
      device(node("node_id: ns=1;i=1, namespace_index: 1")).refused(/namespace_index/),
    ),
    identical(
      ["variables.<name>.tag", "constants.<name>.tag"],
      "Required.",
      device(opcua("variables: {temp: {node_id: ns=1;i=1}}")).refused(/tag/),
    ),
    identical(
      "variables.<name>.access_level",
      "`ro` (default) or `rw`.",
      all(
        device(node("node_id: ns=1;i=1, access_level: rw")).services(),
        device(node("node_id: ns=1;i=1, access_level: wo")).refused(/access_level/),
      ),
    ),
    identical(
      ["variables.<name>.queue_size", "variables.<name>.sampling_interval", "variables.<name>.deadband"],
      "Numbers.",
      all(
        device(node("node_id: ns=1;i=1, queue_size: 2, sampling_interval: 10, deadband: 0.5")).services(),
        device(node("node_id: ns=1;i=1, deadband: wide")).refused(/deadband/),
      ),
    ),
  ],
};

export const shdrKeys: ParityTable = {
  id: "shdr-keys",
  heading: "key of `connector`, type `shdr`",
  keysBelow: "devices.<name>.connector.",
  cases: [
    identical(
      ["host", "port"],
      "Required; `port` from 1 to 65535.",
      all(device(shdr()).services(), device("type: shdr\nhost: h\nport: 0").refused(/65535/)),
    ),
    identical(
      ["data", "data.<name>.tag", "data.<name>.type"],
      "Data items by name; `type` is `Samples` or `Events`.",
      all(
        device(shdr("data: {temp: {tag: Temperature, type: Samples}}")).services(),
        device(shdr("data: {temp: {tag: Temperature, type: Condition}}")).refused(/type/),
      ),
    ),
  ],
};
