import { type DeployRequest, parseRequest, type ServiceSettings } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import type { ImageConfig, InspectedContainer } from "../engine-api/container.js";
import { everyField } from "../every-field.test.data.js";
import { OPERATION_LABEL, PINNED_LABEL, REPLACES_LABEL, REPLICA_LABEL } from "../own-labels.js";
import { asCreated } from "./as-created.js";
import { fromContainer } from "./from-container.js";

const image: ImageConfig = {
  Env: ["PATH=/bin", "LEVEL=low"],
  Labels: { vendor: "mills" },
  Entrypoint: ["/bin/mill"],
  Cmd: ["--slow"],
  User: "1000",
  Healthcheck: { Test: ["CMD", "true"], Interval: 5e9 },
};
const none: Partial<DeployRequest> = {};

const plain = { image: "mill:1", name: "mill", env: [] };
const settings = (more: Partial<DeployRequest>, of = image): ServiceSettings =>
  fromContainer(asCreated(parseRequest({ ...plain, ...more }), of, { apiVersion: "1.51" }), of);

/** What an engine holds, field by field: as asked, with the image's, and with its own. */
const inspected = (config: object, hostConfig: object = {}, networks: object = { bridge: {} }): InspectedContainer => ({
  Id: "4f1c9e2b7a60d3",
  Name: "/mill",
  Config: {
    Image: "mill:1",
    Labels: {},
    Env: ["PATH=/bin", "LEVEL=low"],
    Cmd: ["--slow"],
    Entrypoint: ["/bin/mill"],
    ...config,
  },
  HostConfig: { RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 }, ...hostConfig },
  NetworkSettings: { Networks: networks as Record<string, unknown> },
});

describe("what was not asked for is left out", () => {
  it.each([
    ["the image's own", { ...image, User: "1000", Labels: { vendor: "mills" } }, {}],
    [
      "the engine's own",
      { Hostname: "4f1c9e2b7a60", Labels: null, Healthcheck: image.Healthcheck, StopTimeout: null },
      {},
    ],
    [
      "zeros",
      {},
      { NanoCpus: 0, Memory: 0, PidsLimit: -1, Ulimits: null, Init: null, ReadonlyRootfs: false, Binds: null },
    ],
    [
      "the strategies' labels",
      { Labels: { [OPERATION_LABEL]: "1", [REPLICA_LABEL]: "1", [REPLACES_LABEL]: "1", [PINNED_LABEL]: "1" } },
      {},
    ],
    ["the host's name", { Hostname: "bench-pc" }, { NetworkMode: "host" }],
  ])("%s", (_, config, hostConfig) => {
    expect(fromContainer(inspected(config, hostConfig), image)).toStrictEqual(plain);
  });

  it("an image that is not known any more has given nothing", () => {
    expect(fromContainer(inspected({}))).toStrictEqual({
      ...plain,
      env: ["LEVEL=low", "PATH=/bin"],
      command: ["/bin/mill"],
      args: ["--slow"],
    });
  });
});

describe("a request is read as the container that is made of it", () => {
  it.each([
    ["nothing but the name", none, {}],
    ["variables, sorted; the image's value is none", { env: ["Z=1", "LEVEL=low", "A=2"] }, { env: ["A=2", "Z=1"] }],
    ["a variable of the image's with another value", { env: ["LEVEL=high"] }, { env: ["LEVEL=high"] }],
    ["labels", { labels: { vendor: "mills", a: "b" } }, { labels: { a: "b" } }],
    ["no labels", { labels: {} }, {}],
    ["a command", { command: "/bin/grind fast" }, { command: ["/bin/grind", "fast"] }],
    ["a command with args", { command: ["/bin/grind"], args: ["x"] }, { command: ["/bin/grind"], args: ["x"] }],
    ["the image's command without its args", { command: ["/bin/mill"] }, { command: ["/bin/mill"] }],
    ["the image's command with other args", { command: ["/bin/mill"], args: ["x"] }, { args: ["x"] }],
    ["args", { args: ["--fast"] }, { args: ["--fast"] }],
    ["the image's args", { args: ["--slow"] }, {}],
    ["the image's user", { user: "1000" }, {}],
    ["a user", { user: "1:2" }, { user: "1:2" }],
    ["a host name", { hostname: "mill-host" }, { hostname: "mill-host" }],
    ["the image's health check", { healthcheck: { Test: ["CMD", "true"] } }, {}],
    ["the image's health check with its interval", { healthcheck: { Test: ["CMD", "true"], Interval: 5e9 } }, {}],
    [
      "a health check with the engine's interval, which the image's is not",
      { healthcheck: { Test: ["CMD", "true"], Interval: 30e9, Retries: 3 } },
      { healthcheck: { Test: ["CMD", "true"], Interval: 30e9 } },
    ],
    ["no health check", { healthcheck: { Test: ["NONE"] } }, { healthcheck: { Test: ["NONE"] } }],
    ["ten seconds to end", { stopGracePeriod: 10e9 }, {}],
    ["half a second to end", { stopGracePeriod: 5e8 }, { stopGracePeriod: 1e9 }],
    ["no time to end", { stopGracePeriod: 0 }, { stopGracePeriod: 0 }],
    [
      "ports, sorted, in the one mode there is",
      {
        ports: [
          { target: 81, mode: "host" },
          { target: 80, published: 8080, hostAddress: "127.0.0.1", protocol: "udp" },
        ],
      },
      {
        ports: [
          { target: 80, published: 8080, protocol: "udp", hostAddress: "127.0.0.1", mode: "ingress" },
          { target: 81, protocol: "tcp", mode: "ingress" },
        ],
      },
    ],
    ["networks, sorted", { networks: ["plant", "office"] }, { networks: ["office", "plant"] }],
    ["the default network", { networks: ["bridge"] }, {}],
    ["the default network beside another", { networks: ["plant", "bridge"] }, { networks: ["bridge", "plant"] }],
    ["a CPU reservation, which is not honoured", { resources: { Reservations: { NanoCPUs: 1e9 } } }, {}],
    ["resources with empty sections", { resources: { Limits: {}, Reservations: {} } }, {}],
    ["a restart always", { restart: { Condition: "any" } }, {}],
    ["a restart with what is not honoured", { restart: { Condition: "any", Delay: 1e9, MaxAttempts: 3 } }, {}],
    ["no restart", { restart: { Condition: "none" } }, { restart: { Condition: "none" } }],
    ["a restart on failure", { restart: { Condition: "on-failure" } }, { restart: { Condition: "on-failure" } }],
    ["no init", { init: false }, { init: false }],
    ["a root that can be written", { readOnly: false }, {}],
    [
      "capabilities, sorted",
      { capAdd: ["SYS_PTRACE", "cap_net_admin"], capDrop: [] },
      { capAdd: ["NET_ADMIN", "SYS_PTRACE"] },
    ],
    [
      "mounts by target, without what holds anyway",
      {
        mounts: [
          { Type: "tmpfs", Target: "/t", TmpfsOptions: {} },
          { Type: "bind", Source: "/srv", Target: "/b", ReadOnly: false, BindOptions: { Propagation: "rprivate" } },
          { Source: "vol", Target: "/a", VolumeOptions: { NoCopy: false, DriverConfig: { Name: "local" } } },
        ],
      },
      {
        mounts: [
          { Type: "volume", Source: "vol", Target: "/a" },
          { Type: "bind", Source: "/srv", Target: "/b" },
          { Type: "tmpfs", Target: "/t" },
        ],
      },
    ],
    [
      "a volume's labels and driver options, empty ones too",
      {
        mounts: [
          {
            Target: "/a",
            VolumeOptions: { Labels: { Name: "" }, DriverConfig: { Options: { o: "", Name: "local" } } },
          },
        ],
      },
      {
        mounts: [
          {
            Type: "volume",
            Target: "/a",
            VolumeOptions: { Labels: { Name: "" }, DriverConfig: { Options: { o: "", Name: "local" } } },
          },
        ],
      },
    ],
    [
      "what takes a swarm",
      { constraints: ["node.role==worker"], secrets: ["key"], configs: ["c"], updateConfig: {}, rollbackConfig: {} },
      {},
    ],
    ["the mode", { mode: { Replicated: { Replicas: 3 } } }, {}],
  ] as [string, Partial<DeployRequest>, Partial<ServiceSettings>][])("%s", (_, request, expected) => {
    expect(settings(request)).toStrictEqual({ ...plain, ...expected });
  });

  it("without an image that is known, all that is asked for is there", () => {
    const request = { env: ["PATH=/bin"], user: "1000", args: ["--slow"] };
    const container = asCreated(parseRequest({ ...plain, ...request }), undefined, { apiVersion: "1.51" });
    expect(fromContainer(container)).toStrictEqual({ ...plain, ...request });
  });

  it("a health check of NONE where the image has none", () => {
    expect(settings({ healthcheck: { Test: ["NONE"] } }, {})).toStrictEqual(plain);
  });

  it("every field at once", () => {
    expect(settings(everyField(), {})).toMatchObject({
      image: "registry.example:5000/plant/mill:1.2",
      user: "1000:1001",
      env: ["APP_UUID=MILL", "FORMAT={{.ID}} {{", "QUERY=a=b"],
      resources: {
        Limits: { NanoCPUs: 1_500_000_000, MemoryBytes: 256 * 2 ** 20, Pids: 100 },
        Reservations: { MemoryBytes: 64 * 2 ** 20 },
      },
      openFiles: 4096,
      restart: { Condition: "on-failure", MaxAttempts: 4 },
      readOnly: true,
    });
  });

  it("says nothing of the policy, and shares no object with the request", () => {
    const request = parseRequest({ ...everyField() });
    const read = fromContainer(asCreated(request, {}, { apiVersion: "1.51" }));
    expect(read).not.toHaveProperty("imagePullPolicy");
    (read.mounts as object[]).forEach((mount) => Object.assign(mount, { Target: "changed" }));
    expect(request.mounts?.map(({ Target }) => Target)).toStrictEqual(["/srv", "/data", "/tmp"]);
  });
});

describe("what other hands have made", () => {
  it("has mounts in the short form", () => {
    const Binds = ["/srv:/data:ro", "vol:/v", "wol:/w:nocopy,z"];
    expect(fromContainer(inspected({}, { Binds }), image).mounts).toStrictEqual([
      { Type: "bind", Source: "/srv", Target: "/data", ReadOnly: true },
      { Type: "volume", Source: "vol", Target: "/v" },
      { Type: "volume", Source: "wol", Target: "/w", VolumeOptions: { NoCopy: true } },
    ]);
  });

  it.each([
    ["always", undefined],
    ["", { Condition: "none" }],
  ])("has the restart policy %j", (Name, restart) => {
    expect(
      fromContainer(inspected({}, { RestartPolicy: { Name, MaximumRetryCount: 0 } }), image).restart,
    ).toStrictEqual(restart);
  });

  it("lets the engine choose a host port with 0", () => {
    const PortBindings = { "80/tcp": [{ HostIp: "", HostPort: "0" }], "81/tcp": null };
    expect(fromContainer(inspected({}, { PortBindings }), image).ports).toStrictEqual([
      { target: 80, protocol: "tcp", mode: "ingress" },
    ]);
  });
});
