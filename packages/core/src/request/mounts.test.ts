import { describe, expect, test } from "vitest";
import { mountsSchema } from "./mounts.js";

const findings = (mounts: unknown): string => JSON.stringify(mountsSchema.safeParse(mounts).error?.issues);

describe("mountsSchema", () => {
  test("keeps a bind, a volume, an NFS volume and a tmpfs unchanged", () => {
    const mounts = [
      { Type: "bind", Source: "/etc", Target: "/host", ReadOnly: true, BindOptions: { Propagation: "rslave" } },
      { Type: "volume", Source: "data", Target: "/data", VolumeOptions: { NoCopy: true, Labels: { a: "b" } } },
      {
        Type: "volume",
        Source: "nfs_10.0.0.1_srv",
        Target: "/nfs",
        VolumeOptions: {
          DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=10.0.0.1,nfsvers=4", device: ":/srv" } },
        },
      },
      { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 1024, Mode: 0o1777 } },
    ];
    expect(mountsSchema.parse(mounts)).toEqual(mounts);
  });

  test.each(["Volume", "VOLUME", "volume", undefined])("reads Type %j as a volume", (Type) => {
    expect(mountsSchema.parse([{ Type, Source: "data", Target: "/data" }])[0]?.Type).toBe("volume");
  });

  test.each([{ Source: null }, { Source: "" }, {}])("reads %j as an anonymous volume", (source) => {
    expect(mountsSchema.parse([{ Type: "volume", Target: "/data", ...source }])[0]?.Source).toBeUndefined();
  });

  test("reads null as an omitted value", () => {
    expect(mountsSchema.parse([{ Type: "volume", Source: null, Target: "/data", ReadOnly: null }])).toEqual([
      { Type: "volume", Target: "/data" },
    ]);
  });

  test("accepts a Windows path", () => {
    expect(mountsSchema.safeParse([{ Type: "bind", Source: "C:\\data", Target: "D:/data" }]).success).toBe(true);
  });

  test.each([
    [{ Type: "npipe", Source: "/a", Target: "/a" }, "a mount's type must be bind, volume or tmpfs"],
    [{ Type: "cluster", Target: "/a" }, "a mount's type must be bind, volume or tmpfs"],
    [{ Type: "bind", Source: "data", Target: "/a" }, "a bind mount's source must be an absolute path"],
    [{ Type: "bind", Target: "/a" }, "a bind mount's source must be an absolute path"],
    [{ Type: "volume", Source: "/data", Target: "/a" }, "a volume's name"],
    [{ Type: "volume", Source: "../data", Target: "/a" }, "a volume's name"],
    [{ Type: "tmpfs", Source: "a", Target: "/a" }, "a tmpfs can't have a source"],
    [{ Source: "data", Target: "a" }, "a mount's target must be an absolute path"],
    [{ Source: "data" }, "Target"],
    [{ Source: "data", Target: "/a", BindOptions: {} }, "is allowed for bind mounts only"],
    [{ Type: "bind", Source: "/b", Target: "/a", VolumeOptions: {} }, "is allowed for volume mounts only"],
    [{ Source: "data", Target: "/a", TmpfsOptions: {} }, "is allowed for tmpfs mounts only"],
    [{ Source: "data", Target: "/a", Readonly: true }, "Readonly"],
    [{ Type: "tmpfs", Target: "/a", TmpfsOptions: { SizeBytes: 0 } }, "SizeBytes must be greater than 0"],
    [{ Type: "tmpfs", Target: "/a", TmpfsOptions: { Mode: 0o10000 } }, "Mode must be at most 0o7777"],
    [{ Type: "volume", Target: "/a", VolumeOptions: { DriverConfig: { Options: { o: 1 } } } }, "expected string"],
    ["data:/data", "expected object"],
  ])("rejects %j: %s", (mount, message) => {
    expect(findings([mount])).toContain(message);
  });

  test.each(["/data", "/data/", "//data"])("rejects a second mount at %s", (Target) => {
    expect(
      findings([
        { Source: "a", Target: "/data" },
        { Source: "b", Target },
      ]),
    ).toContain("is mounted twice");
  });
});
