import { parseAppFile } from "@openfactory/app-file";
import { DeploymentError, parseRequest, Redactor, secretsOfRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { countSteps } from "./support/count-steps.js";

const counter = countSteps();

const list = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

/** Reads a file of apps. Findings are as good as a result. */
function read(
  text: string,
  { env = {}, files = {} }: { env?: Record<string, string>; files?: Record<string, string> } = {},
) {
  const contents = Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const);
  try {
    return parseAppFile(text, { file: "/shop/apps.yml", env, files: Object.fromEntries(contents) });
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
    return undefined;
  }
}

const app = (body: string): string => `apps:\n  web:\n    uuid: WEB\n    image: nginx:1\n${body}`;
const apps = (count: number, body: (index: number) => string): string =>
  `apps:\n${list(count, (index) => `  w${index}:\n    uuid: web-${index}\n    image: nginx:1\n${body(index)}`)}`;

const FILES: Readonly<Record<string, (size: number) => () => unknown>> = {
  "unset variables in one value": (size) => () => read(app(`    labels: {a: "${"${A}".repeat(size)}"}\n`)),
  "unset variables in many values": (size) => () =>
    read(app(`    labels:\n${list(size, (at) => `      a${at}: \${A${at}}\n`)}`)),
  "nested defaults": (size) => () => read(app(`    labels: {a: "${"${A:-".repeat(size)}x${"}".repeat(size)}"}\n`)),
  "defaults that are not closed": (size) => () => read(app(`    labels: {a: "${"${A:-".repeat(size)}"}\n`)),
  "apps with the same host port": (size) => () => read(apps(size, () => '    ports: ["8080:80"]\n')),
  "apps with the same host port on other addresses": (size) => () =>
    read(apps(size, (at) => `    ports: ["10.0.${at >> 8}.${at & 255}:8080:80"]\n`)),
  "ranges of ports": (size) => () =>
    read(apps(size, (at) => `    ports: ["${1000 + at * 50}-${1009 + at * 50}:1-10"]\n`)),
  "spaces in a constraint": (size) => () =>
    read(app(`    deploy: {placement: {constraints: ["node.role${" ".repeat(size * 10)}"]}}\n`)),
  "a chain of dependencies": (size) => () =>
    read(apps(size, (at) => (at === 0 ? "" : `    depends_on: [w${at - 1}]\n`))),
  "a cycle of dependencies, and one back to its start from each app": (size) => () =>
    read(apps(size, (at) => `    depends_on: [w${(at + 1) % size}, w0]\n`)),
  "dependencies on unknown apps": (size) => () => read(apps(size, (at) => `    depends_on: [x${at}, y${at}]\n`)),
  "unknown keys": (size) => () => read(app(list(size, (at) => `    key${at}: 1\n`))),
  "duplicate keys": (size) => () => read(app("    labels: {}\n".repeat(size))),
  "duplicate variables": (size) => () => read(app(`    environment:\n${"      - A=1\n".repeat(size)}`)),
  "storages with one mount point": (size) => () =>
    read(app(`    storage:\n${list(size, (at) => `      s${at}: {type: local, local_path: /a, mount_point: /b}\n`)}`)),
  "devices with one target": (size) => () => read(app(`    devices:\n${list(size, () => "      - /dev/a:/dev/b\n")}`)),
  "groups and hosts": (size) => () =>
    read(
      app(
        `    group_add: [${list(size, (at) => `g${at}, `)}]\n    extra_hosts: [${list(size, (at) => `"h${at}:10.0.0.1", `)}]\n`,
      ),
    ),
  "apps with the same name of a service": (size) => () => read(apps(size, () => "").replaceAll(/web-\d+/g, "web")),
  "apps with one env file": (size) => () =>
    read(
      apps(size, () => "    env_file: web.env\n"),
      { files: { "/shop/web.env": "A=1\nB=2\n" } },
    ),
  "an env file of many lines": (size) => () =>
    read(app("    env_file: web.env\n"), { files: { "/shop/web.env": list(size, (at) => `A${at}=$A${at - 1}x\n`) } }),
  "deep nesting": (size) => () => read(app(`    uns: {a: ${"[".repeat(size)}${"]".repeat(size)}}\n`)),
  "YAML aliases": (size) => () => read(app(`    uns: {a: &a [1, 2, 3], b: [${"*a, ".repeat(size)}]}\n`)),
  "a long key": (size) => () => read(app(`    ${"k".repeat(size)}: 1\n`)),
  "lines that are not YAML": (size) => () => read("x: [\n".repeat(size)),
};

const REQUEST = { name: "web", image: "nginx:1" };

/** Parses a request. Findings are as good as a result. */
function parse(fields: object): void {
  try {
    parseRequest({ ...REQUEST, ...fields });
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
  }
}

const of = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => item(at));

const REQUESTS: Readonly<Record<string, (size: number) => () => unknown>> = {
  "ports that differ": (size) => () => parse({ ports: of(size, (at) => ({ target: 80, published: at + 1 })) }),
  "ports that are the same": (size) => () => parse({ ports: of(size, () => ({ target: 80, published: 80 })) }),
  mounts: (size) => () => parse({ mounts: of(size, (at) => ({ Type: "tmpfs", Target: `/t${at}` })) }),
  "mounts and devices": (size) => () =>
    parse({
      mounts: of(size, (at) => ({ Type: "tmpfs", Target: `/t${at}` })),
      devices: of(size, (at) => `/dev/d${at}`),
    }),
  secrets: (size) => () => parse({ secrets: of(size, (at) => `s${at}`) }),
  variables: (size) => () => parse({ env: of(size, (at) => `A${at}=1`) }),
  networks: (size) => () => parse({ networks: of(size, (at) => `n${at}`) }),
  "a word of a command": (size) => () => parse({ command: "a ".repeat(size) }),
};

const TEXT = "the task said: token=abc, value-7 and --password hunter2 for amqp://a:b@c\n";

/** The values of secrets that begin in the same way. */
const SIMILAR = of(30, (at) => ({ value: `${"a".repeat(200)}${at}` }));

const masking =
  (part: string, end = "") =>
  (size: number) => {
    const redactor = new Redactor(SIMILAR);
    const text = part.repeat(10 * size) + end;
    return () => redactor.text(text);
  };

const OTHERS: Readonly<Record<string, (size: number) => () => unknown>> = {
  "masking the beginning of secrets": masking("a", "b"),
  "masking similar secrets": masking(`${"a".repeat(200)}7 `),
  "masking what looks like addresses": masking("://a"),
  "masking what looks like names of secrets": masking("auth"),
  "masking what looks like users of an address": masking("a:", "@"),
  "masking a text": (size) => {
    const redactor = new Redactor(secretsOfRequest({ ...REQUEST, env: of(20, (at) => `PASSWORD_${at}=value-${at}`) }));
    return () => redactor.text(TEXT.repeat(size));
  },
  "masking with many secrets": (size) => () =>
    new Redactor(secretsOfRequest({ ...REQUEST, env: of(size, (at) => `P${at}=value-number-${at}`) })).text(TEXT),
};

/** How many times as many steps ten times the input may take. */
const MOST = 12;

describe.each([
  ["reads", FILES],
  ["checks a request with", REQUESTS],
  ["takes linear time:", OTHERS],
])("ofdeploy %s", (_, table) => {
  test.each(Object.entries(table))("%s in linear time", async (__, workOf) => {
    const small = workOf(30);
    const large = workOf(300);
    await small();
    const ratio = (await counter.stepsOf(large)) / (await counter.stepsOf(small));
    expect(ratio).toBeLessThan(MOST);
  });
});
