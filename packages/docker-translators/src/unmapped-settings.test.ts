import { expect, test } from "vitest";
import type { InspectedContainer, ServiceSpec } from "./index.js";
import { fromContainer } from "./container.js";
import { unmappedContainerSettings, unmappedServiceSettings } from "./unmapped-settings.js";

/** As Docker 20.10 answers it for `docker run` without options. */
const PLAIN = {
  Id: "0123456789ab",
  Name: "/web",
  Config: {
    Image: "demo:1",
    Hostname: "0123456789ab",
    Domainname: "",
    Env: null,
    ExposedPorts: {},
    Volumes: null,
    Labels: {},
  },
  HostConfig: {
    NetworkMode: "default",
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    AutoRemove: false,
    VolumeDriver: "",
    VolumesFrom: null,
    ConsoleSize: [0, 0],
    IpcMode: "private",
    CgroupnsMode: "host",
    PidMode: "",
    ShmSize: 67_108_864,
    Runtime: "runc",
    LogConfig: { Type: "json-file", Config: {} },
    BlkioDeviceReadBps: null,
    MemorySwappiness: null,
    OomKillDisable: false,
    Devices: [],
    DeviceRequests: null,
    MaskedPaths: ["/proc/asound"],
    ReadonlyPaths: ["/proc/bus"],
  },
  NetworkSettings: { Networks: { bridge: { IPAMConfig: null, Links: null, Aliases: null, MacAddress: "02:42" } } },
} as unknown as InspectedContainer;

const unmapped = (host: object, config: object = {}, image: object = {}): string[] =>
  unmappedContainerSettings(
    { ...PLAIN, Config: { ...PLAIN.Config, ...config }, HostConfig: { ...PLAIN.HostConfig, ...host } },
    image,
  );

test("a container with the engine's defaults has no settings without a field", () => {
  expect(unmapped({})).toEqual([]);
  expect(unmapped({ Memory: 64, MemorySwap: 128, Privileged: true, SecurityOpt: ["label=disable"] })).toEqual([]);
});

test.each([
  [{ PidMode: "host", SecurityOpt: ["label=disable"] }, "HostConfig.PidMode: host"],
  [{ AutoRemove: true }, "HostConfig.AutoRemove: true"],
  [{ DeviceRequests: [{ Count: -1 }] }, "HostConfig.DeviceRequests"],
  [{ VolumesFrom: ["db:ro"] }, "HostConfig.VolumesFrom: db:ro"],
  [{ Annotations: { token: "s3cret" } }, "HostConfig.Annotations: token"],
  [{ SecurityOpt: ["no-new-privileges"] }, "HostConfig.SecurityOpt: no-new-privileges"],
  [{ Memory: 64, MemorySwap: -1 }, "HostConfig.MemorySwap: -1"],
  [{ NetworkMode: "container:abc" }, "HostConfig.NetworkMode: container:abc"],
  [{ Ulimits: [{ Name: "nproc", Soft: 1, Hard: 2 }] }, "HostConfig.Ulimits: nproc=1:2"],
  [{ Binds: ["/a:/b:ro,rshared"] }, "HostConfig.Binds: the option rshared of /b"],
  [{ Tmpfs: { "/run": "size=1m,exec" } }, "HostConfig.Tmpfs: the option exec of /run"],
  [{ MaskedPaths: [] }, "HostConfig.MaskedPaths: none"],
  [
    { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8000-8005" }] } },
    "HostConfig.PortBindings: 80/tcp on 8000-8005, a range",
  ],
])("%j is listed as %s", (host, expected) => expect(unmapped(host)).toEqual([expected]));

test("a setting whose name every object inherits is listed as any other", () => {
  expect(unmapped(JSON.parse('{"constructor": "a", "toString": "b", "__proto__": "c"}') as object).sort()).toEqual([
    "HostConfig.__proto__: c",
    "HostConfig.constructor: a",
    "HostConfig.toString: b",
  ]);
});

test("volumes without a name and exposed ports are listed, unless a mount or the image has them", () => {
  const config = { Volumes: { "/data": {}, "/named": {} }, ExposedPorts: { "80/tcp": {}, "99/tcp": {} } };
  expect(unmapped({ Binds: ["v:/named"] }, config, { ExposedPorts: { "80/tcp": {} } })).toEqual([
    "Config.Volumes: /data, an anonymous volume",
    "Config.ExposedPorts: 99/tcp, not published",
  ]);
});

test("a fixed address of a network is listed", () => {
  const Networks = { plant: { IPAMConfig: { IPv4Address: "10.0.0.9" } } };
  expect(unmappedContainerSettings({ ...PLAIN, NetworkSettings: { Networks } } as never)).toEqual([
    "NetworkSettings.Networks.plant.IPAMConfig: IPv4Address",
  ]);
});

test("the short form of a tmpfs, and a port of a range, are settings", () => {
  const HostConfig = {
    ...PLAIN.HostConfig,
    Tmpfs: { "/run": "size=64m,mode=1777,ro", "/tmp": "" },
    PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8000-8005" }] },
  };
  const { mounts, ports } = fromContainer({ ...PLAIN, HostConfig });
  expect(mounts).toEqual([
    { Type: "tmpfs", Target: "/run", ReadOnly: true, TmpfsOptions: { SizeBytes: 67_108_864, Mode: 0o1777 } },
    { Type: "tmpfs", Target: "/tmp" },
  ]);
  expect(ports).toEqual([{ target: 80, protocol: "tcp", mode: "ingress" }]);
});

test("the settings of a service without a field are those that an update keeps, without what the swarm fills in", () => {
  const spec = {
    Name: "web",
    TaskTemplate: {
      ContainerSpec: {
        Image: "demo:1",
        Isolation: "default",
        Privileges: { NoNewPrivileges: true },
        Ulimits: [
          { Name: "nofile", Soft: 1, Hard: 1 },
          { Name: "nproc", Soft: 1, Hard: 2 },
        ],
      },
      Resources: { Reservations: { GenericResources: [{ DiscreteResourceSpec: { Kind: "GPU", Value: 1 } }] } },
      Placement: { MaxReplicas: 1, Platforms: [{ OS: "linux" }], Constraints: ["node.role==manager"] },
      ForceUpdate: 3,
      Runtime: "container",
    },
    EndpointSpec: { Mode: "dnsrr" },
  } as unknown as ServiceSpec;
  expect(unmappedServiceSettings(spec)).toEqual([
    "TaskTemplate.ContainerSpec.Privileges: NoNewPrivileges",
    "TaskTemplate.ContainerSpec.Ulimits: nproc=1:2",
    "TaskTemplate.Resources.Reservations.GenericResources",
    "TaskTemplate.Placement.MaxReplicas: 1",
    "EndpointSpec.Mode: dnsrr",
  ]);
  expect(unmappedServiceSettings({ ...spec, TaskTemplate: {}, EndpointSpec: { Mode: "vip" } } as never)).toEqual([]);
});
