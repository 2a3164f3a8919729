import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LanguageServer } from "./support/language-server.js";
import { fileSchema, Reader } from "./support/schema-keys.js";

let server: LanguageServer;
let folder: string;
let reader: Reader;
let schemaLine: string;
beforeAll(async () => {
  server = await LanguageServer.start();
  reader = new Reader();
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-editor-"));
  const schema = join(folder, "openfactory.schema.json");
  writeFileSync(schema, JSON.stringify(fileSchema));
  schemaLine = `# yaml-language-server: $schema=${pathToFileURL(schema).href}`;
});
afterAll(async () => {
  await server.stop();
  reader.remove();
  rmSync(folder, { recursive: true });
});

let documents = 0;
const newUri = (): string => pathToFileURL(join(folder, `${(documents += 1)}.yml`)).href;

/** An app with further lines, below the line that names the schema. */
const appWith = (...lines: string[]): string =>
  [
    schemaLine,
    "apps:",
    "  press:",
    "    uuid: PRESS",
    "    image: demo",
    ...lines.map((line) => `    ${line}`),
    "",
  ].join("\n");

const fileOf = (...lines: string[]): string => [schemaLine, ...lines, ""].join("\n");

/** Texts with one invalid line each. */
const INVALID: Readonly<Record<string, () => string>> = {
  "an unknown key of the file": () => fileOf("services: {}", "apps: {web: {uuid: web, image: demo}}"),
  "an unknown key of an app": () => appWith("volumes: [a]"),
  "a misspelled key of an app": () => appWith("imgae: demo"),
  "a missing image": () => fileOf("apps:", "  press:", "    uuid: PRESS"),
  "a missing uuid": () => fileOf("apps:", "  press:", "    image: demo"),
  "an invalid uuid": () => fileOf("apps:", "  press:", "    image: demo", "    uuid: hall.3"),
  "an invalid image": () => fileOf("apps:", "  press:", "    uuid: PRESS", "    image: My Image"),
  "an unknown pull policy": () => appWith("image_pull_policy: allways"),
  "a user id of 0": () => appWith("runtime_gid: 1", "runtime_uid: 0"),
  "a boolean in another language": () => appWith("init: oui"),
  "an invalid port": () => appWith("ports:", '  - "80"', '  - "8080:http"'),
  "a port above 65535": () => appWith("ports: [70000]"),
  "an unknown protocol": () => appWith("ports:", "  - target: 80", "    protocol: icmp"),
  "a duration without unit": () => appWith("stop_grace_period: 30"),
  "an invalid duration": () => appWith("healthcheck:", '  test: "true"', "  interval: 10 seconds"),
  "an invalid size": () => appWith("deploy:", "  resources:", "    limits:", "      memory: 512 megabytes"),
  "a fraction of a replica": () => appWith("deploy:", "  replicas: 1.5"),
  "an unknown mode": () => appWith("deploy:", "  mode: everywhere"),
  "an invalid constraint": () => appWith("deploy:", "  placement:", "    constraints: [node.role manager]"),
  "an unknown key of limits": () => appWith("deploy:", "  resources:", "    limits:", "      cpu: 1"),
  "a relative mount point": () => appWith("storage:", "  data:", "    type: volume", "    mount_point: data"),
  "an unknown kind of storage": () =>
    appWith(
      "storage:",
      "  data:",
      "    type: smb",
      "    server: nas",
      "    remote_path: /srv",
      "    mount_point: /data",
    ),
  "a storage without mount point": () => appWith("storage:", "  data:", "    type: volume"),
  "a variable without a value": () => appWith("environment:", "  - LEVEL=info", "  - DEBUG"),
  "an unknown restart policy": () => appWith("restart: sometimes"),
  "an unknown condition": () => appWith("depends_on:", "  db:", "    condition: healthy"),
  "a list in place of a mapping": () => appWith("routing: [8080]"),
  "a number in place of a text": () => appWith("hostname: 7"),
  "an invalid signal": () => appWith("stop_signal: [SIGINT]"),
  "an unknown network mode": () => appWith("network_mode: bridged"),
  "an invalid DNS server": () => appWith("dns: [ns1.example.com]"),
  "an invalid device": () => appWith("devices: [ttyUSB0]"),
  "an unknown key of a network": () =>
    fileOf("networks:", "  line:", "    subnet: 10.0.0.0/8", "apps: {web: {uuid: web, image: demo}}"),
  "a connector without a port": () =>
    fileOf("devices:", "  cnc:", "    uuid: CNC", "    connector: {type: shdr, host: 192.0.2.7}"),
};

/** The text without its `|`, and the position of it. */
function withCursor(marked: string): { text: string; position: { line: number; character: number } } {
  const before = marked.slice(0, marked.indexOf("|"));
  const lines = before.split("\n");
  return {
    text: marked.replace("|", ""),
    position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
  };
}

async function completions(marked: string): Promise<string[]> {
  const { text, position } = withCursor(marked);
  const uri = newUri();
  await server.open(uri, text);
  return (await server.complete(uri, position)).map(({ label }) => label);
}

async function hover(marked: string): Promise<string> {
  const { text, position } = withCursor(marked);
  const uri = newUri();
  await server.open(uri, text);
  return server.hover(uri, position);
}

describe("the YAML language server, with the schema that a comment names", () => {
  test("flags an invalid file on the line that `ofdeploy validate` reports", async () => {
    const cases = Object.entries(INVALID).map(([name, make]) => [name, make()] as const);
    const found = await Promise.all(cases.map(([, text]) => server.open(newUri(), text)));
    const flagged = cases.map(([name], index) => [
      name,
      linesOf(found[index]?.map(({ range }) => range.start.line + 1)),
    ]);
    const reported: unknown[] = [];
    for (const [name, text] of cases) {
      const findings = (await reader.findings(text)) ?? [];
      reported.push([name, linesOf(findings.map(({ location }) => location?.line ?? 0))]);
    }
    expect(reported.filter((each) => (each as [string, number[]])[1].length !== 1)).toEqual([]);
    expect(flagged).toEqual(reported);
    expect(cases.length).toBeGreaterThan(30);
  });

  test("flags nothing in a valid file with variables", async () => {
    const text = appWith(
      "environment: {LEVEL: '${LEVEL:-info}'}",
      "deploy: {replicas: '${N:-2}'}",
      "ports: ['${PORT}:80']",
    );
    expect(await server.open(newUri(), text)).toEqual([]);
  });

  test.each([
    ["the file", () => fileOf("|"), ["apps", "devices", "name", "networks", "secrets", "configs"]],
    ["an app", () => appWith("|"), ["ports", "storage", "healthcheck", "depends_on", "stop_grace_period"]],
    [
      "a nested mapping",
      () => appWith("deploy:", "  resources:", "    limits:", "      |"),
      ["cpus", "memory", "open_files"],
    ],
    ["an entry of a list", () => appWith("ports:", "  - target: 80", "    |"), ["published", "protocol", "host_ip"]],
    [
      "a storage",
      () => appWith("storage:", "  data:", "    type: nfs", "    |"),
      ["server", "remote_path", "mount_options"],
    ],
    [
      "a connector",
      () => fileOf("devices:", "  cnc:", "    uuid: CNC", "    connector:", "      type: opcua", "      |"),
      ["server", "variables"],
    ],
  ])("offers the keys of %s", async (_, text, expected) => {
    expect(await completions(text())).toEqual(expect.arrayContaining(expected));
  });

  test.each([
    ["image_pull_policy: |", ["missing", "always", "never"]],
    ["network_mode: |", ["host", "none", "bridge"]],
    ["restart: |", ["always", "on-failure:3"]],
    ["read_only: |", ["true", "false"]],
  ])("offers the values of %s", async (line, expected) => {
    expect(await completions(appWith(line))).toEqual(expect.arrayContaining(expected));
  });

  test.each([
    [
      "an app",
      () => appWith("stop_grace|_period: 30s"),
      "Time between the stop signal and the kill signal. Default: 10s.",
    ],
    [
      "a nested mapping",
      () => appWith("deploy:", "  repl|icas: 2"),
      "Number of instances, or of runs of a job. Default: 1.",
    ],
    ["the file", () => fileOf("na|me: hall-3", "apps: {}"), "Name of the project"],
  ])("shows the description of a key of %s", async (_, text, expected) => {
    expect(await hover(text())).toContain(expected.replaceAll("_", "\\_"));
  });
});

const linesOf = (lines: number[] = []): number[] => [...new Set(lines)].sort((a, b) => a - b);
