import { type DeployRequest, type Mount, parseRequest } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { deepFreeze, objectsWithin } from "../every-field.test.data.js";
import { swarmMountToContainerMount, toHostMounts, toServiceMounts } from "./mounts.js";

const request = (mounts: DeployRequest["mounts"]) => deepFreeze(parseRequest({ image: "mill", name: "mill", mounts }));
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });
const NFS = {
  Type: "volume",
  Source: "nfs_nas_export",
  Target: "/data",
  ReadOnly: true,
  VolumeOptions: {
    NoCopy: true,
    Labels: { a: "b" },
    DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" } },
    Subpath: "mill",
  },
} as const satisfies Mount;

describe("swarmMountToContainerMount()", () => {
  it("copies target, source, read-only flag and driver configuration of a volume", () => {
    const mount = deepFreeze(structuredClone(NFS));
    const converted = swarmMountToContainerMount(mount);
    expect(converted).toStrictEqual(NFS);
    expect(objectsWithin(converted).filter((object) => objectsWithin(mount).includes(object))).toStrictEqual([]);
  });

  it.each(["VOLUME", "Volume"])("accepts type %s", (type) => {
    expect(swarmMountToContainerMount({ ...NFS, Type: type as Mount["Type"] }).Type).toBe("volume");
  });

  it("omits keys that hold undefined", () => {
    const mount = { Type: "tmpfs", Source: undefined, Target: "/t", ReadOnly: undefined } as const;
    expect(swarmMountToContainerMount(mount)).toStrictEqual({ Type: "tmpfs", Target: "/t" });
  });

  it("keeps ReadOnly: false", () => {
    expect(swarmMountToContainerMount({ ...NFS, ReadOnly: false }).ReadOnly).toBe(false);
  });

  it.each(["npipe", "cluster", "", undefined])("rejects type %s", (type) => {
    expect(() => swarmMountToContainerMount({ ...NFS, Type: type as Mount["Type"] })).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
  });
});

it("sends the same mounts for containers and services", () => {
  const mounts = request([
    { Type: "BIND", Source: "/srv", Target: "/a", BindOptions: { Propagation: "rslave" }, Consistency: "cached" },
    { Target: "/b" },
    { Type: "tmpfs", Target: "/c", TmpfsOptions: { SizeBytes: 1024, Mode: 0o700 } },
  ]);
  const expected = {
    Mounts: [
      { Type: "bind", Source: "/srv", Target: "/a", BindOptions: { Propagation: "rslave" }, Consistency: "cached" },
      { Type: "volume", Target: "/b" },
      { Type: "tmpfs", Target: "/c", TmpfsOptions: { SizeBytes: 1024, Mode: 0o700 } },
    ],
  };
  expect(toHostMounts(mounts, api("1.37"))).toStrictEqual(expected);
  expect(toServiceMounts(mounts, api("1.37"))).toStrictEqual(expected);
});

it.each([undefined, []])("sends nothing without mounts: %j", (mounts) => {
  expect(toHostMounts(request(mounts), api("1.41"))).toStrictEqual({});
  expect(toServiceMounts(request(mounts), api("1.41"))).toStrictEqual({});
});

const bind = (BindOptions: NonNullable<Mount["BindOptions"]>) =>
  ({ Type: "bind", Source: "/srv", Target: "/a", BindOptions }) as const;

it.each([
  [bind({ NonRecursive: true }), "BindOptions.NonRecursive", ["1.39", "1.40"], ["1.40", "1.41"]],
  [NFS, "VolumeOptions.Subpath", ["1.44", "1.45"], ["1.44", "1.45"]],
] as const)("rejects an option below the API that has it: %j", (mount, option, container, service) => {
  const second = request([{ Target: "/first" }, mount]);
  const refusal = expect.objectContaining({ code: "UNSUPPORTED", field: `mounts[1].${option}` });
  expect(() => toHostMounts(second, api(container[0]))).toThrow(refusal);
  expect(toHostMounts(second, api(container[1])).Mounts?.[1]).toStrictEqual(mount);
  expect(() => toServiceMounts(second, api(service[0]))).toThrow(refusal);
  expect(toServiceMounts(second, api(service[1])).Mounts?.[1]).toStrictEqual(mount);
});

it("accepts CreateMountpoint for containers since API 1.42 and rejects it for services, which drop it", () => {
  const made = request([bind({ CreateMountpoint: true })]);
  const refusal = expect.objectContaining({ code: "UNSUPPORTED", field: "mounts[0].BindOptions.CreateMountpoint" });
  expect(() => toHostMounts(made, api("1.41"))).toThrow(refusal);
  expect(toHostMounts(made, api("1.42")).Mounts).toHaveLength(1);
  expect(() => toServiceMounts(made, api("1.51"))).toThrow(refusal);
});

it("accepts an option that is false on any API", () => {
  const off = request([bind({ NonRecursive: false, CreateMountpoint: false })]);
  expect(toServiceMounts(off, api("1.37")).Mounts).toHaveLength(1);
});
