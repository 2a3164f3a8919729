import { parseRequest } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import {
  fileVolumeName,
  fillingMarker,
  fromFileMounts,
  isFileMount,
  isFileVolume,
  parseFileVolume,
  parseFillingMarker,
  toFileMounts,
} from "./file-volumes.js";

const request = (part: object) => parseRequest({ name: "mill", image: "mill:1", ...part });

describe("the name of a volume", () => {
  it.each([
    ["secret", { name: "a.b_c" }, "openfactory-secret.a.b_c"],
    ["secret", { name: "a", uid: "0", gid: "0", mode: 0o444 }, "openfactory-secret.a"],
    ["config", { name: "a", uid: "007" }, "openfactory-config-7-0-444.a"],
    ["config", { name: "a", gid: "4294967294", mode: 0o7777 }, "openfactory-config-0-4294967294-7777.a"],
  ] as const)("identifies a %s, its owner and its mode: %j", (kind, reference, name) => {
    expect(fileVolumeName(kind, reference)).toBe(name);
    const { uid = "0", gid = "0", mode = 0o444 } = { uid: undefined, gid: undefined, mode: undefined, ...reference };
    expect(parseFileVolume(name)).toEqual({
      kind,
      name: reference.name,
      uid: String(Number(uid)),
      gid: String(Number(gid)),
      mode,
    });
    expect(isFileVolume(name)).toBe(true);
    expect(isFileVolume(fillingMarker(name))).toBe(true);
    expect(parseFillingMarker(fillingMarker(name))).toBe(name);
    expect(parseFileVolume(fillingMarker(name))).toBeUndefined();
  });

  it.each(["data", "openfactory-lock-12", "openfactory-secret", "openfactory-secrets.a", "x-openfactory-secret.a"])(
    "is not %s",
    (name) => expect(isFileVolume(name)).toBe(false),
  );
});

const files = {
  secrets: [
    "token",
    { name: "key", target: "/etc/key", uid: "1000", mode: 0o400 },
    { name: "key", target: "b", uid: "1000", mode: 0o400 },
  ],
  configs: [{ name: "conf", target: "etc/app.conf" }, "other"],
};
const readBack = {
  secrets: [
    { name: "key", target: "/etc/key", uid: "1000", mode: 0o400 },
    { name: "key", target: "b", uid: "1000", mode: 0o400 },
    { name: "token" },
  ],
  configs: [{ name: "conf", target: "/etc/app.conf" }, { name: "other" }],
};

describe("secrets and configs of a container", () => {
  it("are files of volumes, from API 1.45", () => {
    const mounts = toFileMounts(request(files), { apiVersion: "1.45" });
    expect(mounts).toHaveLength(5);
    expect(mounts[1]).toEqual({
      Type: "volume",
      Source: "openfactory-secret-1000-0-400.key",
      Target: "/etc/key",
      ReadOnly: true,
      VolumeOptions: { Subpath: "content" },
    });
    expect(fromFileMounts(mounts)).toEqual(readBack);
  });

  it("are bound by their path below API 1.45, with each volume mounted once", () => {
    const mounts = toFileMounts(
      request(files),
      { apiVersion: "1.44" },
      { "openfactory-secret.token": "/data/volumes/x/_data" },
    );
    expect(mounts).toHaveLength(5 + 4);
    expect(mounts[0]).toEqual({
      Type: "bind",
      Source: "/data/volumes/x/_data/content",
      Target: "/run/secrets/token",
      ReadOnly: true,
    });
    expect(mounts.slice(5).map(({ Source, Target, ReadOnly }) => [Source, Target, ReadOnly])).toEqual(
      [
        "openfactory-secret.token",
        "openfactory-secret-1000-0-400.key",
        "openfactory-config.conf",
        "openfactory-config.other",
      ].map((volume) => [volume, `/run/openfactory/${volume}`, true]),
    );
    expect(mounts.every(isFileMount)).toBe(false);
    expect(fromFileMounts(toFileMounts(request(files), { apiVersion: "1.44" }))).toEqual(readBack);
  });

  it.each([
    { Type: "volume", Source: "openfactory-secret.a", Target: "/data" },
    { Type: "volume", Source: "data", Target: "/data", VolumeOptions: { Subpath: "content" } },
    { Type: "bind", Source: "/srv/openfactory-secret.a/content", Target: "/data" },
    { Type: "tmpfs", Target: "/run/openfactory/openfactory-secret.a" },
  ] as const)("are not $Type $Source", (mount) => {
    expect(isFileMount(mount)).toBe(false);
    expect(fromFileMounts([mount])).toEqual({});
  });
});
