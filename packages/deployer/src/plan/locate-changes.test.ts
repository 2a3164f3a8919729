import type { SourceLocation } from "@openfactory/deploy-core";
import { MemoryEngine } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { ALL, app, memory, project } from "../../test/fixtures.js";
import type { DesiredApp } from "../model/project.js";
import { up } from "../operations/up.js";
import { plan } from "./plan.js";

const LINE: SourceLocation = { file: "openfactory.yml", line: 9, column: 5 };

/** An app whose keys are the fields of its request, with the first step in upper case. */
const located = (desired: DesiredApp, keys: Readonly<Record<string, string>> = {}): DesiredApp => ({
  ...desired,
  sourceOf: (path) => {
    const text = path.map(String).join("/");
    return text === "hostname" ? {} : { key: keys[text] ?? text.toUpperCase(), location: LINE };
  },
});

/** The changes of an app that is deployed as `before`. */
async function changesOf(
  before: Partial<DesiredApp["request"]>,
  desired: Partial<DesiredApp["request"]>,
  keys?: Readonly<Record<string, string>>,
): Promise<string[]> {
  const strategy = memory({ capabilities: ALL }, { engine: new MemoryEngine({ networks: ["front", "back"] }) });
  await up(strategy, project(app("web", before)));
  const planned = await plan(strategy, project(located(app("web", desired), keys)));
  return (planned.apps[0]?.changes ?? []).map(
    ({ path, key = "-", item, location }) =>
      `${path} | ${key}${item === undefined ? "" : ` (${item})`}${location === undefined ? "" : ` :${location.line}`}`,
  );
}

test("plan() names each change by its key in the file, with its position", async () => {
  expect(
    await changesOf(
      { image: "demo:0", env: ["KEY=0", "OLD=1"], labels: { "a.b": "0" }, resources: { Limits: { NanoCPUs: 1e9 } } },
      { env: ["KEY=1"], labels: { "a.b": "1" }, resources: { Limits: { NanoCPUs: 2e9 } } },
      { "env/KEY": "environment.KEY", "env/OLD": "environment.OLD", "labels/a.b": "labels.a.b" },
    ),
  ).toEqual([
    "env.KEY | environment.KEY :9",
    "env.OLD | environment.OLD :9",
    "image | IMAGE :9",
    "labels.a.b | labels.a.b :9",
    "resources.Limits.NanoCPUs | RESOURCES/LIMITS/NANOCPUS :9",
  ]);
});

test("a change of a list has the index of the file, and names the element where the key does not", async () => {
  expect(
    await changesOf(
      { ports: [{ target: 1, published: 81 }], networks: ["back"], mounts: [{ Type: "tmpfs", Target: "/old" }] },
      {
        ports: [{ target: 2, published: 82 }],
        networks: ["front"],
        mounts: [{ Type: "tmpfs", Target: "/data.d", ReadOnly: true }],
      },
    ),
  ).toEqual([
    "mounts./data.d.ReadOnly | MOUNTS/0/READONLY :9",
    "mounts./data.d.Type | MOUNTS/0/TYPE :9",
    "mounts./old.Type | MOUNTS (/old.Type) :9",
    "networks.back | NETWORKS :9",
    "networks.front | NETWORKS/0 :9",
    "ports.81/tcp | PORTS (81/tcp) :9",
    "ports.82/tcp | PORTS/0 (82/tcp) :9",
  ]);
});

test("changes that one key causes have an item each, and a change without a key keeps its path", async () => {
  expect(
    await changesOf(
      { env: ["PORT=1"], labels: { route: "1" }, restart: { Condition: "none" }, hostname: "a" },
      { env: ["PORT=2"], labels: { route: "2" }, restart: { Condition: "on-failure", MaxAttempts: 2 }, hostname: "b" },
      {
        "env/PORT": "routing.port",
        "labels/route": "routing",
        "restart/Condition": "restart",
        "restart/MaxAttempts": "restart",
      },
    ),
  ).toEqual([
    "env.PORT | routing.port (env.PORT) :9",
    "hostname | -",
    "labels.route | routing (labels.route) :9",
    "restart.Condition | restart (Condition) :9",
    "restart.MaxAttempts | restart (MaxAttempts) :9",
  ]);
});
