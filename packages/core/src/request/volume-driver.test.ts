import { describe, expect, test } from "vitest";
import { canonicalDriverOptions, isSameDriver, volumeDifference } from "./volume-driver.js";

const nfs = (o: string, device = ":/srv/x") => ({ Name: "local", Options: { type: "nfs", o, device } });

describe("canonicalDriverOptions()", () => {
  test("sorts the mount options of the driver local and removes duplicates", () => {
    expect(canonicalDriverOptions(nfs("soft,addr=nas,ro,soft"))).toEqual({
      type: "nfs",
      o: "addr=nas,ro,soft",
      device: ":/srv/x",
    });
    expect(canonicalDriverOptions({ Options: { o: "b,a" } })).toEqual({ o: "a,b" });
  });

  test("keeps the options of other drivers unchanged", () => {
    expect(canonicalDriverOptions({ Name: "other", Options: { o: "b,a" } })).toEqual({ o: "b,a" });
    expect(canonicalDriverOptions({ Options: null })).toEqual({});
    expect(canonicalDriverOptions({})).toEqual({});
  });
});

describe("isSameDriver()", () => {
  test.each([
    [nfs("addr=nas,soft,ro,nfsvers=4"), nfs("addr=nas,ro,soft,nfsvers=4"), true],
    [nfs("addr=nas"), { Options: nfs("addr=nas").Options }, true],
    [{}, { Name: "local", Options: null }, true],
    [nfs("addr=nas"), nfs("addr=nas,ro"), false],
    [nfs("addr=nas", ":/srv/line_1"), nfs("addr=nas", ":/srv/line/1"), false],
    [nfs("addr=nas"), {}, false],
    [nfs("addr=nas"), { ...nfs("addr=nas"), Name: "other" }, false],
    [{ Name: "other", Options: { o: "a,b" } }, { Name: "other", Options: { o: "b,a" } }, false],
  ])("compares %j and %j: %s", (one, other, same) => {
    expect(isSameDriver(one, other)).toBe(same);
    expect(isSameDriver(other, one)).toBe(same);
  });
});

describe("volumeDifference()", () => {
  test("returns undefined for the same options in another order", () => {
    expect(volumeDifference(nfs("soft,ro"), nfs("ro,soft"))).toBeUndefined();
  });

  test("shows the options of NFS volumes, without credentials", () => {
    expect(volumeDifference(nfs("addr=nas,username=ada,password=s3cret,ro", ":/a"), nfs("addr=nas", ":/b"))).toBe(
      "driver local (device=:/a, o=addr=nas,username=***,password=***,ro, type=nfs) " +
        "instead of driver local (device=:/b, o=addr=nas, type=nfs)",
    );
  });

  test("shows only the names of options of other volumes", () => {
    const cifs = { Options: { type: "cifs", device: "//ada:s3cret@nas/x", o: "password=s3,cret" } };
    expect(volumeDifference(cifs, {})).toBe(
      "driver local (device=***, o=***, type=***) instead of driver local without options",
    );
    expect(volumeDifference({ Name: "other", Options: { type: "nfs", token: "s3cret" } }, cifs)).not.toContain("s3");
  });
});
