import { type DeployRequest, parseRequest, type ServiceSettings } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { expectedContainer, fromContainer, toContainerCreateBody } from "./container.js";
import type { ImageConfig, InspectedContainer } from "./engine-api/container-types.js";
import { deepFreeze, everyField, objectsWithin } from "./every-field.test.data.js";
import { OPERATION_LABEL, OVERRIDES_LABEL, PINNED_LABEL, REPLACES_LABEL, REPLICA_LABEL } from "./strategy-labels.js";

describe("toContainerCreateBody()", () => {
  const request = deepFreeze(parseRequest(everyField()));

  it("translates every field that a container has", () => {
    expect(toContainerCreateBody(request, { apiVersion: "1.45" })).toStrictEqual({
      Image: "registry.example:5000/plant/mill:1.2",
      User: "1000:1001",
      Hostname: "mill-host",
      Env: ["APP_UUID=MILL", "QUERY=a=b", "FORMAT={{.ID}} {{"],
      Labels: {
        "org.example.kind": "mill",
        [OVERRIDES_LABEL]: "shmSize logging.driver logging.options.max-size logging.options.max-file",
      },
      Entrypoint: ["/bin/mill", "run"],
      Cmd: ["--fast", "a b"],
      ExposedPorts: { "80/tcp": {}, "53/udp": {}, "9000/tcp": {} },
      Healthcheck: {
        Test: ["CMD", "true"],
        Interval: 5e9,
        Timeout: 1e9,
        Retries: 3,
        StartPeriod: 10e9,
        StartInterval: 1e9,
      },
      StopTimeout: 20,
      WorkingDir: "/srv/mill",
      Tty: true,
      OpenStdin: true,
      StopSignal: "SIGINT",
      AttachStdin: false,
      AttachStdout: false,
      AttachStderr: false,
      HostConfig: {
        NetworkMode: "plant",
        PortBindings: {
          "80/tcp": [
            { HostIp: "", HostPort: "8080" },
            { HostIp: "", HostPort: "8081" },
          ],
          "53/udp": [{ HostIp: "", HostPort: "5353" }],
          "9000/tcp": [{ HostIp: "", HostPort: "" }],
        },
        Mounts: [
          {
            Type: "bind",
            Source: "/srv/mill",
            Target: "/srv",
            ReadOnly: true,
            BindOptions: { Propagation: "rprivate" },
          },
          {
            Type: "volume",
            Source: "nfs_data",
            Target: "/data",
            VolumeOptions: {
              NoCopy: true,
              Labels: { "org.example.volume": "1" },
              DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" } },
              Subpath: "mill",
            },
          },
          { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 1048576, Mode: 0o1777 } },
          {
            Type: "volume",
            Source: "openfactory-secret-1000-1001-400.key",
            Target: "/etc/key",
            ReadOnly: true,
            VolumeOptions: { Subpath: "content" },
          },
          {
            Type: "volume",
            Source: "openfactory-secret.token",
            Target: "/run/secrets/token",
            ReadOnly: true,
            VolumeOptions: { Subpath: "content" },
          },
          {
            Type: "volume",
            Source: "openfactory-config.settings",
            Target: "/settings",
            ReadOnly: true,
            VolumeOptions: { Subpath: "content" },
          },
        ],
        NanoCpus: 1_500_000_000,
        Memory: 268435456,
        MemoryReservation: 67108864,
        PidsLimit: 100,
        Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }],
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 },
        Init: true,
        ReadonlyRootfs: true,
        CapAdd: ["NET_ADMIN"],
        CapDrop: ["ALL"],
        Privileged: false,
        Devices: [
          { PathOnHost: "/dev/ttyUSB0", PathInContainer: "/dev/reader", CgroupPermissions: "rw" },
          { PathOnHost: "/dev/null", PathInContainer: "/dev/null", CgroupPermissions: "rwm" },
        ],
        GroupAdd: ["dialout", "20"],
        ExtraHosts: ["nas:192.0.2.10", "host.docker.internal:host-gateway", "nas:2001:db8::10"],
        Dns: ["192.0.2.53"],
        DnsSearch: ["plant.example"],
        DnsOptions: ["ndots:2"],
        Sysctls: { "net.core.somaxconn": "1024" },
        ShmSize: 134217728,
        LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      },
      NetworkingConfig: {
        EndpointsConfig: { plant: { Aliases: ["mill-1", "line.mill"] }, office: { Aliases: ["mill-1", "line.mill"] } },
      },
    });
  });

  it("sends only the required keys for a minimal request", () => {
    const small = parseRequest({ image: "mill", name: "mill" });
    expect(toContainerCreateBody(small, { apiVersion: "1.41" })).toStrictEqual({
      Image: "mill",
      Env: [],
      AttachStdin: false,
      AttachStdout: false,
      AttachStderr: false,
      HostConfig: { RestartPolicy: { Name: "unless-stopped" } },
    });
  });

  it("sends only the first network below API 1.44", () => {
    const two = parseRequest({ image: "mill", name: "mill", networks: ["plant", "office"] });
    const body = toContainerCreateBody(two, { apiVersion: "1.43" });
    expect(body.HostConfig.NetworkMode).toBe("plant");
    expect(body.NetworkingConfig).toStrictEqual({ EndpointsConfig: { plant: {} } });
  });

  it("adds the service's name as an alias of a replica on every network", () => {
    const replica = parseRequest({ image: "mill", name: "mill-2", networks: ["plant", "office"] });
    const body = toContainerCreateBody(replica, { apiVersion: "1.44", serviceName: "mill" });
    expect(body.NetworkingConfig?.EndpointsConfig).toStrictEqual({
      plant: { Aliases: ["mill"] },
      office: { Aliases: ["mill"] },
    });
  });

  it("shares no object with the request", () => {
    const theirs = new Set(objectsWithin(request));
    const shared = objectsWithin(toContainerCreateBody(request, { apiVersion: "1.45" })).filter((o) => theirs.has(o));
    expect(shared).toStrictEqual([]);
  });

  it("rejects a field that the API version does not have, naming the service", () => {
    expect(() => toContainerCreateBody(request, { apiVersion: "1.41", serviceName: "line" })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", service: "line" }),
    );
  });
});

const image: ImageConfig = {
  Env: ["PATH=/bin", "LEVEL=low"],
  Labels: { vendor: "mills" },
  Entrypoint: ["/bin/mill"],
  Cmd: ["--slow"],
  User: "1000",
  WorkingDir: "/srv/",
  StopSignal: "3",
  Healthcheck: { Test: ["CMD", "true"], Interval: 5e9 },
};
const none: Partial<DeployRequest> = {};

const plain = { image: "mill:1", name: "mill", env: [] };
const settings = (more: Partial<DeployRequest>, of = image): ServiceSettings =>
  fromContainer(expectedContainer(parseRequest({ ...plain, ...more }), of, { apiVersion: "1.51" }), of);

/** A container as an engine answers it, with values of the image and of the engine. */
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
  NetworkSettings: { Networks: networks as Record<string, object> },
});

describe("fromContainer() omits values that were not requested", () => {
  it.each([
    ["values of the image", { ...image, User: "1000", Labels: { vendor: "mills" } }, {}],
    [
      "values of the engine",
      { Hostname: "4f1c9e2b7a60", Labels: null, Healthcheck: image.Healthcheck, StopTimeout: null },
      {},
    ],
    [
      "zeros",
      {},
      { NanoCpus: 0, Memory: 0, PidsLimit: -1, Ulimits: null, Init: null, ReadonlyRootfs: false, Binds: null },
    ],
    [
      "labels of the strategies",
      { Labels: { [OPERATION_LABEL]: "1", [REPLICA_LABEL]: "1", [REPLACES_LABEL]: "1", [PINNED_LABEL]: "1" } },
      {},
    ],
    [
      "the engine's defaults of logging, shared memory and devices",
      {
        Labels: { [OPERATION_LABEL]: "1" },
        WorkingDir: "/srv",
        StopSignal: "SIGQUIT",
        Tty: false,
        OpenStdin: false,
      },
      {
        LogConfig: { Type: "journald", Config: { tag: "x" } },
        ShmSize: 2 ** 20,
        Privileged: false,
        Devices: [],
        GroupAdd: null,
        ExtraHosts: null,
        Dns: [],
        DnsSearch: null,
        DnsOptions: [],
        Sysctls: {},
      },
    ],
    ["the host name of the host", { Hostname: "bench-pc" }, { NetworkMode: "host" }],
  ])("%s", (_, config, hostConfig) => {
    expect(fromContainer(inspected(config, hostConfig), image)).toStrictEqual(plain);
  });

  it("nothing, if the image is unknown", () => {
    expect(fromContainer(inspected({}))).toStrictEqual({
      ...plain,
      env: ["LEVEL=low", "PATH=/bin"],
      command: ["/bin/mill"],
      args: ["--slow"],
    });
  });
});

describe("fromContainer() reads a request as the container that it becomes", () => {
  it.each([
    ["a minimal request", none, {}],
    ["variables, sorted and without those of the image", { env: ["Z=1", "LEVEL=low", "A=2"] }, { env: ["A=2", "Z=1"] }],
    ["a variable of the image with another value", { env: ["LEVEL=high"] }, { env: ["LEVEL=high"] }],
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
    ["the default stopGracePeriod", { stopGracePeriod: 10e9 }, {}],
    ["a stopGracePeriod of half a second", { stopGracePeriod: 5e8 }, { stopGracePeriod: 1e9 }],
    ["a stopGracePeriod of 0", { stopGracePeriod: 0 }, { stopGracePeriod: 0 }],
    [
      "ports, sorted, in mode ingress",
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
    [
      "aliases, without the container's name and id",
      { networks: ["plant"], networkAliases: ["line"] },
      { networks: ["plant"], networkAliases: ["line"] },
    ],
    ["the default network", { networks: ["bridge"] }, {}],
    ["the default network and another", { networks: ["plant", "bridge"] }, { networks: ["bridge", "plant"] }],
    ["a CPU reservation, which a container does not have", { resources: { Reservations: { NanoCPUs: 1e9 } } }, {}],
    ["resources with empty sections", { resources: { Limits: {}, Reservations: {} } }, {}],
    ["a restart always", { restart: { Condition: "any" } }, {}],
    [
      "a restart with settings that a container does not have",
      { restart: { Condition: "any", Delay: 1e9, MaxAttempts: 3 } },
      {},
    ],
    ["no restart", { restart: { Condition: "none" } }, { restart: { Condition: "none" } }],
    ["a restart on failure", { restart: { Condition: "on-failure" } }, { restart: { Condition: "on-failure" } }],
    ["no init", { init: false }, { init: false }],
    ["a writable root", { readOnly: false }, {}],
    [
      "capabilities, sorted",
      { capAdd: ["SYS_PTRACE", "cap_net_admin"], capDrop: [] },
      { capAdd: ["NET_ADMIN", "SYS_PTRACE"] },
    ],
    ["the image's directory and signal", { workingDir: "/srv", stopSignal: "QUIT" }, {}],
    ["a directory and a signal", { workingDir: "/", stopSignal: "15" }, { workingDir: "/", stopSignal: "SIGTERM" }],
    ["a terminal", { tty: true, openStdin: true }, { tty: true, openStdin: true }],
    ["no terminal", { tty: false, openStdin: false, privileged: false }, {}],
    ["a privileged container", { privileged: true }, { privileged: true }],
    [
      "devices, sorted by target",
      { devices: ["/dev/b:/dev/z:r", "/dev/c"] },
      {
        devices: [
          { source: "/dev/c", target: "/dev/c", permissions: "rwm" },
          { source: "/dev/b", target: "/dev/z", permissions: "r" },
        ],
      },
    ],
    ["groups, sorted", { groupAdd: ["dialout", "20"] }, { groupAdd: ["20", "dialout"] }],
    ["extra hosts, sorted", { extraHosts: ["b=192.0.2.1", "a:::1"] }, { extraHosts: ["a:::1", "b:192.0.2.1"] }],
    [
      "the resolver's settings, in order",
      { dns: { servers: ["192.0.2.2", "192.0.2.1"], search: [] } },
      { dns: { servers: ["192.0.2.2", "192.0.2.1"] } },
    ],
    ["kernel parameters", { sysctls: { "net.core.somaxconn": 9 } }, { sysctls: { "net.core.somaxconn": "9" } }],
    ["a size of /dev/shm, also the default", { shmSize: 64 * 2 ** 20 }, { shmSize: 64 * 2 ** 20 }],
    [
      "log options of the default driver",
      { logging: { options: { tag: "x" } } },
      { logging: { options: { tag: "x" } } },
    ],
    ["a log driver", { logging: { driver: "local" } }, { logging: { driver: "local" } }],
    ["an empty logging", { logging: { options: {} } }, {}],
    [
      "mounts, sorted by target and without defaults",
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
      "labels and driver options of a volume, also empty ones",
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
    ["fields that require a swarm", { constraints: ["node.role==worker"], updateConfig: {}, rollbackConfig: {} }, {}],
    ["a mode", { mode: { Replicated: { Replicas: 3 } } }, {}],
  ] as [string, Partial<DeployRequest>, Partial<ServiceSettings>][])("%s", (_, request, expected) => {
    expect(settings(request)).toStrictEqual({ ...plain, ...expected });
  });

  it("all values of the request, if the image is unknown", () => {
    const request = { env: ["PATH=/bin"], user: "1000", args: ["--slow"] };
    const container = expectedContainer(parseRequest({ ...plain, ...request }), undefined, { apiVersion: "1.51" });
    expect(fromContainer(container)).toStrictEqual({ ...plain, ...request });
  });

  it("the engine's default directory and signal as no settings, if the image has none", () => {
    expect(settings({ workingDir: "/", stopSignal: "SIGTERM" }, {})).toStrictEqual(plain);
  });

  it("log options without those of the engine's configuration", () => {
    const request = parseRequest({ ...plain, logging: { driver: "json-file", options: { "max-size": "1m" } } });
    const container = expectedContainer(request, image, { apiVersion: "1.51" });
    const LogConfig = { Type: "json-file", Config: { "max-size": "1m", "max-file": "7" } };
    const merged = { ...container, HostConfig: { ...container.HostConfig, LogConfig } };
    expect(fromContainer(merged, image).logging).toStrictEqual(request.logging);
  });

  it("no health check for NONE, if the image has none", () => {
    expect(settings({ healthcheck: { Test: ["NONE"] } }, {})).toStrictEqual(plain);
  });

  it("every field together", () => {
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

  it("without the pull policy, and shares no object with the request", () => {
    const request = parseRequest({ ...everyField() });
    const read = fromContainer(expectedContainer(request, {}, { apiVersion: "1.51" }));
    expect(read).not.toHaveProperty("imagePullPolicy");
    (read.mounts as object[]).forEach((mount) => Object.assign(mount, { Target: "changed" }));
    expect(request.mounts?.map(({ Target }) => Target)).toStrictEqual(["/srv", "/data", "/tmp"]);
  });
});

describe("fromContainer() reads containers of other tools", () => {
  it("with mounts in the short form", () => {
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
  ])("with the restart policy %j", (Name, restart) => {
    expect(
      fromContainer(inspected({}, { RestartPolicy: { Name, MaximumRetryCount: 0 } }), image).restart,
    ).toStrictEqual(restart);
  });

  it("with a log driver and a size of /dev/shm that no engine has by itself", () => {
    const LogConfig = { Type: "syslog", Config: { tag: "x" } };
    expect(fromContainer(inspected({}, { LogConfig, ShmSize: 2 ** 20 }), image)).toStrictEqual({
      ...plain,
      shmSize: 2 ** 20,
      logging: { driver: "syslog", options: { tag: "x" } },
    });
    const ofEngine = { LogConfig: { Type: "json-file", Config: {} }, ShmSize: 64 * 2 ** 20 };
    expect(fromContainer(inspected({}, ofEngine), image)).toStrictEqual(plain);
  });

  it("with the host port 0, which the engine chooses", () => {
    const PortBindings = { "80/tcp": [{ HostIp: "", HostPort: "0" }], "81/tcp": null };
    expect(fromContainer(inspected({}, { PortBindings }), image).ports).toStrictEqual([
      { target: 80, protocol: "tcp", mode: "ingress" },
    ]);
  });
});
