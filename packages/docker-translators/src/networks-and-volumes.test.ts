import { describe, expect, test } from "vitest";
import { fromNetwork, fromVolume, toNetworkCreateBody, toVolumeCreateBody } from "./networks-and-volumes.js";
import { OPERATION_LABEL } from "./strategy-labels.js";

const labels = Object.freeze({ team: "a" });
const driverOptions = Object.freeze({ o: "addr=nas" });

describe("a network", () => {
  test("is attachable, and has the default driver", () => {
    expect(toNetworkCreateBody({ kind: "network", name: "plant", labels }, "bridge")).toEqual({
      Name: "plant",
      Driver: "bridge",
      Attachable: true,
      Internal: false,
      Options: {},
      Labels: labels,
    });
  });

  test("has its own settings", () => {
    const own = { driver: "macvlan", attachable: false, internal: true, driverOptions };
    expect(toNetworkCreateBody({ kind: "network", name: "plant", labels, ...own }, "bridge")).toMatchObject({
      Driver: "macvlan",
      Attachable: false,
      Internal: true,
      Options: driverOptions,
    });
  });
});

test("a volume has the driver local by default", () => {
  const body = { Name: "data", DriverOpts: driverOptions, Labels: labels };
  expect(toVolumeCreateBody({ kind: "volume", name: "data", labels, driverOptions })).toEqual({
    ...body,
    Driver: "local",
  });
  expect(toVolumeCreateBody({ kind: "volume", name: "data", labels, driver: "rexray", driverOptions })).toEqual({
    ...body,
    Driver: "rexray",
  });
});

test("a resource has the labels of the network or volume, without the strategy's own", () => {
  const Labels = { ...labels, [OPERATION_LABEL]: "o1" };
  expect(fromNetwork({ Id: "n1", Name: "plant", Labels })).toEqual({
    kind: "network",
    name: "plant",
    id: "n1",
    labels,
  });
  expect(fromVolume({ Name: "data", Labels })).toEqual({ kind: "volume", name: "data", id: "data", labels });
  expect(fromVolume({ Name: "data", Labels: null }).labels).toEqual({});
});
