import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import type { ContainerDetails } from "@openfactory/docker-engine";
import { expect, test } from "vitest";
import { areCompatible, hostResourcesOfContainer, hostResourcesOfRequest } from "./host-resources.js";

const of = (part: Partial<DeployRequest>) =>
  hostResourcesOfRequest(parseRequest({ name: "demo", image: "demo:1", ...part }));
const nfs = (name: string, options = "addr=nas,nfsvers=4") => ({
  Source: name,
  Target: "/data",
  VolumeOptions: { DriverConfig: { Options: { type: "nfs", o: options, device: ":/export" } } },
});
const bind = (Source: string, ReadOnly = false) => ({ mounts: [{ Type: "bind", Source, Target: "/data", ReadOnly }] });
const volume = (Source: string | undefined, ReadOnly = false) => ({ mounts: [{ Source, Target: "/data", ReadOnly }] });
const memory = {
  Source: "mem",
  Target: "/m",
  VolumeOptions: { DriverConfig: { Options: { type: "tmpfs", device: "tmpfs" } } },
};
const folder = {
  Source: "folder",
  Target: "/f",
  VolumeOptions: { DriverConfig: { Options: { type: "none", o: "bind", device: "/srv" } } },
};

test.each<[string, boolean, Partial<DeployRequest>, Partial<DeployRequest>]>([
  ["nothing", true, {}, {}],
  ["a host port", false, { ports: { 8080: 80 } }, { ports: { 8080: 81 } }],
  ["other host ports", true, { ports: { 8080: 80 } }, { ports: { 8081: 80 } }],
  ["host ports that the engine chooses", true, { ports: [{ target: 80 }] }, { ports: [{ target: 80 }] }],
  [
    "a host port of another protocol",
    true,
    { ports: { 53: 53 } },
    { ports: [{ target: 53, published: 53, protocol: "udp" }] },
  ],
  [
    "a host port at one address",
    false,
    { ports: { 80: 80 } },
    { ports: [{ target: 80, published: 80, hostAddress: "127.0.0.1" }] },
  ],
  [
    "a host port at different addresses",
    true,
    { ports: [{ target: 80, published: 80, hostAddress: "127.0.0.2" }] },
    { ports: [{ target: 80, published: 80, hostAddress: "127.0.0.1" }] },
  ],
  ["the host's network", false, { networks: ["host"] }, { networks: ["host"] }],
  ["a device", false, { devices: ["/dev/ttyUSB0"] }, { devices: ["/dev/ttyUSB0:/dev/reader"] }],
  ["a device in a directory of devices", false, { devices: ["/dev/snd"] }, { devices: ["/dev/snd/timer"] }],
  ["other devices", true, { devices: ["/dev/ttyUSB0"] }, { devices: ["/dev/ttyUSB1"] }],
  ["a device that any process can use", true, { devices: ["/dev/zero"] }, { devices: ["/dev/zero"] }],
  ["a network", true, { networks: ["plant"] }, { networks: ["plant"] }],
  ["a volume", false, volume("vol"), volume("vol")],
  ["a volume that both read", true, volume("vol", true), volume("vol", true)],
  ["a volume that one of them reads", false, volume("vol", true), volume("vol")],
  ["anonymous volumes", true, volume(undefined), volume(undefined)],
  ["a directory", false, bind("/srv/data"), bind("/srv/data/")],
  ["a directory within the other's", false, bind("/srv"), bind("/srv/data")],
  ["directories with similar names", true, bind("/srv/data"), bind("/srv/data-2")],
  ["the root", false, bind("/"), bind("/srv")],
  ["one export in two volumes", false, { mounts: [nfs("exp-a")] }, { mounts: [nfs("exp-b", "nfsvers=4,addr=nas,ro")] }],
  [
    "one export that both read",
    true,
    { mounts: [nfs("exp-a", "addr=nas,ro")] },
    { mounts: [nfs("exp-a", "ro,addr=nas")] },
  ],
  [
    "one export that one of them reads",
    false,
    { mounts: [nfs("exp-a", "addr=nas,ro")] },
    { mounts: [nfs("exp-b", "addr=nas,rw,errors=ro")] },
  ],
  ["the same export of two servers", true, { mounts: [nfs("exp-a")] }, { mounts: [nfs("exp-b", "addr=other")] }],
  ["volumes in memory", true, { mounts: [memory] }, { mounts: [{ ...memory, Source: "nem" }] }],
  ["a directory that is also a volume", false, { mounts: [folder] }, bind("/srv")],
])("areCompatible() if both use %s: %j", (_, expected, a, b) => {
  expect(areCompatible(of(a), of(b))).toBe(expected);
  expect(areCompatible(of(b), of(a))).toBe(expected);
});

test("hostResourcesOfContainer() has requested ports, ports that the engine chose, and all mounts", () => {
  const resources = hostResourcesOfContainer({
    HostConfig: {
      PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }], "81/tcp": [{ HostIp: "", HostPort: "" }] },
      Mounts: [nfs("exp-a"), nfs("exp-b", "addr=nas,ro")],
    },
    NetworkSettings: { Networks: { plant: {} }, Ports: { "81/tcp": [{ HostIp: "0.0.0.0", HostPort: "32768" }] } },
    Mounts: [
      { Type: "volume", Name: "exp-a", Source: "/var/lib/docker/volumes/exp-a/_data", Destination: "/data", RW: true },
      { Type: "volume", Name: "exp-b", Source: "/var/lib/docker/volumes/exp-b/_data", Destination: "/b", RW: true },
      { Type: "bind", Source: "/srv", Destination: "/srv", RW: false },
      { Type: "tmpfs", Source: "", Destination: "/t", RW: true },
    ],
  } as unknown as ContainerDetails);
  expect(resources).toMatchObject({ hostNetwork: false, hasDnsName: true });
  expect(resources.ports.map(({ published }) => published)).toEqual([8080, 32768]);
  expect(resources.data).toEqual([
    { volume: "exp-a", device: "nas:/export", writable: true },
    { volume: "exp-b", device: "nas:/export", writable: false },
    { path: "/srv", writable: false },
    { writable: true },
  ]);
});
