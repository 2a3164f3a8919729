import { describe, expect, test } from "vitest";
import { mountsSchema } from "./mounts.js";

const findings = (mounts: unknown): string => JSON.stringify(mountsSchema.safeParse(mounts).error?.issues);

describe("mountsSchema", () => {
  test("takes a bind, a volume, an NFS volume and a tmpfs as they are", () => {
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

  test.each(["Volume", "VOLUME", "volume", undefined])("Type %j is a volume", (Type) => {
    expect(mountsSchema.parse([{ Type, Source: "data", Target: "/data" }])[0]?.Type).toBe("volume");
  });

  test.each([{ Source: null }, { Source: "" }, {}])("takes %j for an anonymous volume", (source) => {
    expect(mountsSchema.parse([{ Type: "volume", Target: "/data", ...source }])[0]?.Source).toBeUndefined();
  });

  test("takes Docker's nulls for what was left out", () => {
    expect(mountsSchema.parse([{ Type: "volume", Source: null, Target: "/data", ReadOnly: null }])).toEqual([
      { Type: "volume", Target: "/data" },
    ]);
  });

  test("takes a Windows path", () => {
    expect(mountsSchema.safeParse([{ Type: "bind", Source: "C:\\data", Target: "D:/data" }]).success).toBe(true);
  });

  test.each([
    [{ Type: "npipe", Source: "/a", Target: "/a" }, "a mount is a bind, a volume or a tmpfs"],
    [{ Type: "cluster", Target: "/a" }, "a mount is a bind, a volume or a tmpfs"],
    [{ Type: "bind", Source: "data", Target: "/a" }, "a bind mount's source is an absolute path"],
    [{ Type: "bind", Target: "/a" }, "a bind mount's source is an absolute path"],
    [{ Type: "volume", Source: "/data", Target: "/a" }, "a volume's name"],
    [{ Type: "volume", Source: "../data", Target: "/a" }, "a volume's name"],
    [{ Type: "tmpfs", Source: "a", Target: "/a" }, "a tmpfs has no source"],
    [{ Source: "data", Target: "a" }, "a mount's target is an absolute path"],
    [{ Source: "data" }, "Target"],
    [{ Source: "data", Target: "/a", BindOptions: {} }, "goes with bind mounts only"],
    [{ Type: "bind", Source: "/b", Target: "/a", VolumeOptions: {} }, "goes with volume mounts only"],
    [{ Source: "data", Target: "/a", TmpfsOptions: {} }, "goes with tmpfs mounts only"],
    [{ Source: "data", Target: "/a", Readonly: true }, "Readonly"],
    [{ Type: "tmpfs", Target: "/a", TmpfsOptions: { SizeBytes: 0 } }, "SizeBytes is more than 0"],
    [{ Type: "tmpfs", Target: "/a", TmpfsOptions: { Mode: 0o10000 } }, "Mode is at most 0o7777"],
    [{ Type: "volume", Target: "/a", VolumeOptions: { DriverConfig: { Options: { o: 1 } } } }, "expected string"],
    ["data:/data", "expected object"],
  ])("refuses %j: %s", (mount, message) => {
    expect(findings([mount])).toContain(message);
  });

  test.each(["/data", "/data/", "//data"])("refuses a second mount at %s", (Target) => {
    expect(
      findings([
        { Source: "a", Target: "/data" },
        { Source: "b", Target },
      ]),
    ).toContain("is mounted twice");
  });
});
