import { homedir } from "node:os";
import { describe, expect, it } from "vitest";
import { parseAppFile } from "../load-project.js";

const mountOf = (storage: string, file = "/srv/shop/apps.yml") =>
  parseAppFile(`apps:\n  a:\n    uuid: aa\n    image: x\n    storage: {s: ${storage}}`, { file, env: {} }).apps[0]
    ?.request.mounts?.[0];
const nfs = (more: string) =>
  mountOf(`{type: nfs, server: 10.0.0.5, remote_path: /exports/data/, mount_point: /data${more}}`);
const local = (path: string, file?: string) => mountOf(`{type: local, local_path: '${path}', mount_point: /d}`, file);

describe("NFS storage", () => {
  it("is a volume of the local driver, with a name from server and path", () => {
    expect(nfs("")).toEqual({
      Type: "volume",
      Source: "nfs_10_0_0_5_exports_data",
      Target: "/data",
      VolumeOptions: {
        DriverConfig: {
          Name: "local",
          Options: { type: "nfs", o: "addr=10.0.0.5,nfsvers=4", device: ":/exports/data/" },
        },
      },
    });
  });

  it.each([
    // SHA-1 of "noatime,rw".
    [", mount_options: [rw, noatime]", "_aebbd494", "addr=10.0.0.5,rw,noatime,nfsvers=4"],
    [", mount_options: 'noatime, rw'", "_aebbd494", "addr=10.0.0.5,noatime,rw,nfsvers=4"],
    // SHA-1 of "nfsvers=3,ro".
    [", mount_options: [ro, nfsvers=3]", "_88acc64a", "addr=10.0.0.5,ro,nfsvers=3"],
    // SHA-1 of "ro,nfsvers=3": one option, to OpenFactory.
    [", mount_options: ['ro,nfsvers=3']", "_88ccee40", "addr=10.0.0.5,ro,nfsvers=3"],
    // SHA-1 of "vers=4.1". OpenFactory adds nfsvers=4 next to vers, too.
    [", mount_options: [vers=4.1]", "_3e76fbce", "addr=10.0.0.5,vers=4.1,nfsvers=4"],
    [", mount_options: []", "", "addr=10.0.0.5,nfsvers=4"],
  ])("with %s", (more, hash, o) => {
    const mount = nfs(more);
    expect(mount?.Source).toBe(`nfs_10_0_0_5_exports_data${hash}`);
    expect(mount?.VolumeOptions?.DriverConfig?.Options?.["o"]).toBe(o);
    expect(mount?.ReadOnly).toBeUndefined();
  });

  it("of an IPv6 server has a valid volume name", () => {
    const mount = mountOf("{type: nfs, server: '[fd00::1]', remote_path: /a, mount_point: /d}");
    expect(mount?.Source).toBe("nfs__fd00__1__a");
    expect(mount?.VolumeOptions?.DriverConfig?.Options?.["o"]).toBe("addr=fd00::1,nfsvers=4");
  });
});

describe("local storage", () => {
  it.each([
    ["/data/x", "/data/x"],
    ["./cache", "/srv/shop/cache"],
    ["cache/x", "/srv/shop/cache/x"],
    ["../up", "/srv/up"],
    ["~/x", `${homedir()}/x`],
    ["C:\\data", "C:\\data"],
  ])("%s is %s", (path, source) => expect(local(path)).toEqual({ Type: "bind", Source: source, Target: "/d" }));

  it("is relative to the directory of the file", () => {
    expect(local("./x", "sub/apps.yml")?.Source).toBe(`${process.cwd()}/sub/x`);
  });
});

describe("a volume", () => {
  it("is named after the service and the storage", () => {
    expect(mountOf("{type: volume, mount_point: /data/}")).toEqual({ Type: "volume", Source: "aa_s", Target: "/data" });
  });

  it("can be shared by name, and be read-only", () => {
    expect(mountOf("{type: volume, volume: recipes, mount_point: /data, read_only: true}")).toEqual({
      Type: "volume",
      Source: "recipes",
      Target: "/data",
      ReadOnly: true,
    });
  });

  it("refuses a name that Docker does not accept", () => {
    expect(() => mountOf("{type: volume, volume: -x, mount_point: /data}")).toThrow(/volume names consist of/);
  });
});
