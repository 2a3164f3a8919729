import { type RawEngine, tar, TEST_IMAGE } from "@openfactory/test-engine";

/** The names of OpenFactory's images. On a test engine, they name stand-ins. */
const AGENT_IMAGE = "ghcr.io/openfactoryio/mtcagent:v2.5.0.11";
const PRODUCER_IMAGE = "ghcr.io/openfactoryio/kafka-mtc-producer:v9.9.9-test";
const ADAPTER_IMAGE = "openfactory/test-adapter:1";

/** A stand-in for the agent: `mtcagent run agent.cfg` serves its two files on the port of its configuration. */
const MTCAGENT = `#!/bin/sh
[ "$1" = run ] && [ -f "$2" ] || exit 64
mkdir -p /srv/agent
cp device.xml "$2" /srv/agent
trap 'exit 0' TERM
httpd -f -p "$(sed -n 's/^Port = //p' "$2")" -h /srv/agent & wait $!
`;

const words = (...command: string[]): string => `CMD ${JSON.stringify(command)}`;

/** Creates the stand-ins on an engine. */
export async function makeDeviceImages(engine: RawEngine): Promise<void> {
  await commit(engine, AGENT_IMAGE, words("sh"), { "bin/mtcagent": MTCAGENT });
  await commit(
    engine,
    ADAPTER_IMAGE,
    words("sh", "-c", "trap 'exit 0' TERM; while :; do echo adapter | nc -l -p 7878 & wait $!; done"),
  );
  await commit(engine, PRODUCER_IMAGE, words("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"));
}

/** Removes the stand-ins. */
export async function removeDeviceImages(engine: RawEngine): Promise<void> {
  for (const image of [AGENT_IMAGE, PRODUCER_IMAGE, ADAPTER_IMAGE])
    await engine.request("DELETE", `/images/${image}?force=true`);
}

async function commit(
  engine: RawEngine,
  image: string,
  change: string,
  files: Record<string, string> = {},
): Promise<void> {
  const { Id } = await engine.call("POST", "/containers/create", { Image: TEST_IMAGE });
  try {
    const entries = Object.entries(files).map(([path, text]) => ({ path, mode: 0o755, content: Buffer.from(text) }));
    if (entries.length > 0) await engine.call("PUT", `/containers/${Id}/archive?path=/`, tar(entries));
    const at = image.lastIndexOf(":");
    const query = new URLSearchParams({
      container: Id,
      repo: image.slice(0, at),
      tag: image.slice(at + 1),
      changes: change,
    });
    await engine.call("POST", `/commit?${query}`);
  } finally {
    await engine.request("DELETE", `/containers/${Id}?force=true`);
  }
}

/** A device model with characters that a shell, printf, an engine or a swarm might interpret. */
export const DIFFICULT_MODEL = `<?xml version="1.0" encoding="UTF-8"?>\r
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:2.2">
  <!-- C:\\new\\table \\\\server \\c \\0101 \\x41 100% %s %b \`id\` $(id) $HOME \${HOME} {{.Task.Slot}} {{{ }} Größe 温度 \u{1F3ED} -->
\t<Devices><Device id="d1" name='p"r' uuid="x"><Description>a 'quoted' "text"\\</Description></Device></Devices>

</MTConnectDevices>

`;

/** A model that needs several variables. */
export const LONG_MODEL = DIFFICULT_MODEL.replace("<Devices>", `<!-- ${"\\ {{ é 温 ".repeat(25_000)} --><Devices>`);

/** A file with the device `press`, on a network of the project. */
export const deviceFile = (id: string, port: number): string => `
name: ${id}
networks:
  factory-net: {name: ${id}-net}
devices:
  press:
    uuid: ${id.toUpperCase()}
    uns: {area: north}
    connector:
      type: mtconnect
      agent:
        port: ${port}
        device_xml: model.xml
        adapter:
          image: ${ADAPTER_IMAGE}
          port: 7878
          environment: [MODE=test]
`;

export const DEVICE_ENV =
  "OPENFACTORY_VERSION=v9.9.9-test\nKAFKA_BROKER=broker:9092\nOPENFACTORY_BASE_DOMAIN=factory.test\n";
