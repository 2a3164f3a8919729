import { DeploymentError, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { app } from "../../test/fixtures.js";
import { checkVolumes } from "./check-resources.js";

const nfs = (device: string, o = "addr=nas,soft,ro") => ({ DriverConfig: { Options: { type: "nfs", o, device } } });
const mounting = (service: string, VolumeOptions?: object, Source = "data") => {
  const desired = app(service, { mounts: [{ Source, Target: "/d", ...(VolumeOptions && { VolumeOptions }) }] });
  return { app: desired, request: parseRequest(desired.request), warnings: [] };
};
const findings = (...apps: ReturnType<typeof mounting>[]): string[] => {
  try {
    checkVolumes(apps);
    return [];
  } catch (error) {
    return DeploymentError.isInstance(error, "INVALID_REQUEST")
      ? error.issues.map(({ message }) => message)
      : [String(error)];
  }
};

test("checkVolumes() accepts one volume with the same options in any order, or with none", () => {
  expect(findings(mounting("aa", nfs(":/x")), mounting("bb", nfs(":/x", "ro,addr=nas,soft")), mounting("cc"))).toEqual(
    [],
  );
  expect(findings(mounting("aa", nfs(":/x")), mounting("bb", nfs(":/y"), "other"))).toEqual([]);
});

test("checkVolumes() rejects one volume with different options, and names both apps", () => {
  expect(
    findings(
      mounting("aa", nfs(":/x_1", "addr=nas")),
      mounting("bb", nfs(":/x/1", "addr=nas")),
      mounting("cc", nfs(":/x_1", "addr=nas")),
    ),
  ).toEqual([
    "Bb and Aa use the volume data with different options: " +
      "driver local (device=:/x/1, o=addr=nas, type=nfs) instead of driver local (device=:/x_1, o=addr=nas, type=nfs)",
  ]);
});
