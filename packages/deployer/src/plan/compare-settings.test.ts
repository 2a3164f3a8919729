import { type DeployRequest, parseRequest, type ServiceSettings } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { OWNERSHIP_LABELS, PROJECT_LABEL } from "../model/labels.js";
import { requestHash } from "../model/request-hash.js";
import { compareSettings, fingerprint } from "./compare-settings.js";

const settings = (more: Partial<DeployRequest> = {}): ServiceSettings => {
  const { imagePullPolicy: _, ...rest } = parseRequest({ name: "web", image: "demo:1", ...more });
  return rest;
};
const texts = (from: Partial<DeployRequest>, to: Partial<DeployRequest>, options = {}) =>
  compareSettings(settings(from), settings(to), options).map(
    ({ path, from: before = "-", to: after = "-", masked }) =>
      `${path}: ${before} -> ${after}${masked ? " (masked)" : ""}`,
  );

test.each<[string, Partial<DeployRequest>, Partial<DeployRequest>, string[]]>([
  ["image", { image: "demo:1" }, { image: "demo:2" }, ["image: demo:1 -> demo:2"]],
  [
    "plain values",
    { user: "1:1", init: true },
    { user: "2:2", openFiles: 9 },
    ["init: true -> -", "openFiles: - -> 9", "user: 1:1 -> 2:2"],
  ],
  [
    "variables by key, masked",
    { env: ["A=1", "B=2"] },
    { env: ["B=3", "C=4"] },
    ["env.A: *** -> - (masked)", "env.B: *** -> *** (masked)", "env.C: - -> *** (masked)"],
  ],
  [
    "labels by name",
    { labels: { "a.b": "1", c: "" } },
    { labels: { "a.b": "2" } },
    ["labels.a.b: 1 -> 2", "labels.c:  -> -"],
  ],
  [
    "devices by target, and hosts and groups each by itself",
    { devices: ["/dev/a:/dev/x", "/dev/b"], extraHosts: ["db:192.0.2.1"], groupAdd: ["20"] },
    { devices: ["/dev/a:/dev/x:r"], extraHosts: ["db:192.0.2.2"], groupAdd: ["20", "dialout"] },
    [
      "devices./dev/b.permissions: rwm -> -",
      "devices./dev/b.source: /dev/b -> -",
      "devices./dev/x.permissions: rwm -> r",
      "extraHosts.db:192.0.2.1: db:192.0.2.1 -> -",
      "extraHosts.db:192.0.2.2: - -> db:192.0.2.2",
      "groupAdd.dialout: - -> dialout",
    ],
  ],
  [
    "kernel parameters by name, and the resolver's settings in order",
    { sysctls: { "net.core.somaxconn": 1 }, dns: { servers: ["192.0.2.1", "192.0.2.2"] } },
    { sysctls: { "net.core.somaxconn": 2 }, dns: { servers: ["192.0.2.2", "192.0.2.1"] } },
    ["dns.servers: 192.0.2.1 192.0.2.2 -> 192.0.2.2 192.0.2.1", "sysctls.net.core.somaxconn: 1 -> 2"],
  ],
  [
    "log options, masked if their name suggests a secret",
    { logging: { options: { "max-size": "1m", "splunk-token": "s3cret" } } },
    { logging: { driver: "local", options: { "max-size": "2m" } } },
    [
      "logging.driver: - -> local",
      "logging.options.max-size: 1m -> 2m",
      "logging.options.splunk-token: *** -> - (masked)",
    ],
  ],
  [
    "words",
    { command: "sh -c 'sleep 1'" },
    { command: "sh -c 'sleep 2'" },
    ["command: sh -c 'sleep 1' -> sh -c 'sleep 2'"],
  ],
  [
    "ports by host port",
    { ports: { 80: 8080 } },
    { ports: { 80: 8081, 81: 8080 } },
    ["ports.80/tcp: 8080 -> 8081", "ports.81/tcp: - -> 8080"],
  ],
  [
    "ports with address, protocol and mode",
    { ports: [{ target: 53, published: 53, protocol: "udp" }, { target: 9 }] },
    {
      ports: [
        { target: 53, published: 53, protocol: "udp", mode: "host" },
        { target: 9, hostAddress: "127.0.0.1" },
      ],
    },
    ["ports.127.0.0.1:any:9/tcp: - -> 9", "ports.53/udp: 53 -> 53 in host mode", "ports.any:9/tcp: 9 -> -"],
  ],
  [
    "mounts by target",
    {
      mounts: [
        { Type: "volume", Source: "data", Target: "/data" },
        { Type: "bind", Source: "/etc", Target: "/host", ReadOnly: true },
      ],
    },
    {
      mounts: [
        { Type: "bind", Source: "/etc", Target: "/host" },
        { Type: "volume", Source: "other", Target: "/data" },
      ],
    },
    ["mounts./data.Source: data -> other", "mounts./host.ReadOnly: true -> -"],
  ],
  [
    "sets",
    { networks: ["a", "b"], capAdd: ["KILL"] },
    { networks: ["b", "c"], capAdd: ["KILL"] },
    ["networks.a: a -> -", "networks.c: - -> c"],
  ],
  [
    "files by target",
    { configs: ["one", { name: "two", target: "/two" }] },
    {
      configs: [
        { name: "one-b", target: "one", mode: 0o440 },
        { name: "two", target: "/two" },
      ],
    },
    ["configs.one.mode: - -> 0o440", "configs.one.name: one -> one-b"],
  ],
  [
    "modes",
    { mode: { Replicated: { Replicas: 2 } } },
    { mode: { Global: {} } },
    ["mode.Global: - -> yes", "mode.Replicated.Replicas: 2 -> -"],
  ],
  [
    "limits",
    { resources: { Limits: { NanoCPUs: 5e8, MemoryBytes: 67108864 } } },
    { resources: { Limits: { NanoCPUs: 5e8 } } },
    ["resources.Limits.MemoryBytes: 67108864 -> -"],
  ],
  [
    "a health check",
    { healthcheck: { Test: "true" } },
    { healthcheck: { Test: ["CMD", "true"], Retries: 2 } },
    ["healthcheck.Retries: - -> 2", "healthcheck.Test: CMD-SHELL true -> CMD true"],
  ],
])("%s", (_, from, to, expected) => {
  expect(texts(from, to)).toEqual(expected);
});

test("equivalent settings have no differences, and one fingerprint", () => {
  const one = {
    env: ["A=1", "B=2"],
    networks: ["a", "b"],
    labels: {},
    mounts: [
      { Type: "volume", Target: "/a" },
      { Type: "volume", Target: "/b" },
    ],
    constraints: ["node.role == worker", "node.labels.x == 1"],
  };
  const other = {
    env: ["B=2", "A=1"],
    networks: ["b", "a"],
    mounts: one.mounts.toReversed(),
    constraints: one.constraints.toReversed(),
  };
  expect(texts(one, other)).toEqual([]);
  expect(fingerprint(settings(one), "demo:1")).toBe(fingerprint(settings(other), "demo:1"));
  expect(fingerprint(settings({ ...one, env: ["A=1", "B=3"] }), "demo:1")).not.toBe(
    fingerprint(settings(one), "demo:1"),
  );
});

test("the order of a volume's mount options is no difference, and other options are", () => {
  const nfs = (o: string) => {
    const DriverConfig = { Options: { type: "nfs", o, device: ":/srv/x" } };
    return { mounts: [{ Type: "volume", Source: "data", Target: "/d", VolumeOptions: { DriverConfig } }] };
  };
  const [one, other] = [nfs("addr=nas,soft,ro,nfsvers=4"), nfs("addr=nas,ro,soft,nfsvers=4")];
  expect(texts(one, other)).toEqual([]);
  expect(fingerprint(settings(one), "demo:1")).toBe(fingerprint(settings(other), "demo:1"));
  expect(requestHash({ name: "web", image: "demo:1", ...one })).toBe(
    requestHash({ name: "web", image: "demo:1", ...other }),
  );
  expect(texts(one, nfs("addr=nas,hard,ro,nfsvers=4"))).toEqual([
    "mounts./d.VolumeOptions.DriverConfig.Options.o: addr=nas,nfsvers=4,ro,soft -> addr=nas,hard,nfsvers=4,ro",
  ]);
  expect(requestHash({ name: "web", image: "demo:1", ...nfs("addr=nas") })).not.toBe(
    requestHash({ name: "web", image: "demo:1", ...one }),
  );
});

test("the order of mount options in STORAGE is no difference, and other changes are", () => {
  const storage = (value: string) => ({ env: [`STORAGE=${value}`] });
  const nfs = (options: string, server = "nas") =>
    storage(`{"data": {"type": "nfs", "server": "${server}", "mount_options": ${options}}}`);
  const [one, other] = [nfs('["soft", "ro"]'), nfs('["ro", "soft"]')];
  expect(texts(one, other)).toEqual([]);
  expect(requestHash({ name: "web", image: "demo:1", ...one })).toBe(
    requestHash({ name: "web", image: "demo:1", ...other }),
  );
  for (const different of [nfs('["soft", "rw"]'), nfs('["soft", "ro"]', "nas2"), storage("own"), storage("[ro")]) {
    expect(texts(one, different)).toHaveLength(1);
    expect(requestHash({ name: "web", image: "demo:1", ...one })).not.toBe(
      requestHash({ name: "web", image: "demo:1", ...different }),
    );
  }
  expect(texts(storage("[ro"), storage("[rw"))).toHaveLength(1);
});

test("a tag matches any digest that it was pinned to, and a digest only itself", () => {
  const pinned = { image: `demo:1@sha256:${"a".repeat(64)}` };
  const other = { image: `demo:1@sha256:${"b".repeat(64)}` };
  expect(texts(pinned, { image: "demo:1" })).toEqual([]);
  expect(fingerprint(settings(pinned), "demo:1")).toBe(fingerprint(settings(), "demo:1"));
  expect(texts(pinned, { image: "demo:2" })).toEqual([`image: ${pinned.image} -> demo:2`]);
  expect(texts(pinned, other)).toEqual([`image: ${pinned.image} -> ${other.image}`]);
  expect(texts({ image: "demo:1" }, pinned)).toEqual([`image: demo:1 -> ${pinned.image}`]);
});

test("ownership labels of services and volumes are no difference, and other labels are", () => {
  const volume = (Labels: Record<string, string>) => ({
    mounts: [{ Type: "volume", Source: "data", Target: "/d", VolumeOptions: { Labels } }],
  });
  const marks = Object.fromEntries(OWNERSHIP_LABELS.map((label) => [label, "x"]));
  expect(texts({ labels: { ...marks, a: "1" } }, { labels: { a: "1" } })).toEqual([]);
  expect(
    texts(volume({ [PROJECT_LABEL]: "p" }), { mounts: [{ Type: "volume", Source: "data", Target: "/d" }] }),
  ).toEqual([]);
  expect(texts(volume({ [PROJECT_LABEL]: "p", tier: "1" }), volume({ tier: "2" }))).toEqual([
    "mounts./d.VolumeOptions.Labels.tier: 1 -> 2",
  ]);
});

test("values of env are shown only with showEnv", () => {
  expect(texts({ env: ["A=1"] }, { env: ["A=2=3"] }, { showEnv: true })).toEqual(["env.A: 1 -> 2=3"]);
});
