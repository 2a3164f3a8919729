import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import {
  networksToConnect,
  toNetworkConnectBody,
  toNetworkingConfig,
  toNetworkMode,
  toTaskNetworks,
} from "./networks.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const three = request({ networks: ["plant", "office", "bridge"] });

it("names all networks at creation on API 1.44", () => {
  expect(toNetworkingConfig(three, { apiVersion: "1.44" })).toStrictEqual({
    NetworkingConfig: { EndpointsConfig: { plant: {}, office: {}, bridge: {} } },
  });
  expect(networksToConnect(three, { apiVersion: "1.44" })).toStrictEqual([]);
});

it("names the first and leaves the others to be connected before API 1.44", () => {
  expect(toNetworkingConfig(three, { apiVersion: "1.43" })).toStrictEqual({
    NetworkingConfig: { EndpointsConfig: { plant: {} } },
  });
  expect(networksToConnect(three, { apiVersion: "1.43" })).toStrictEqual(["office", "bridge"]);
});

it("makes the first the network mode", () => {
  expect(toNetworkMode(three)).toStrictEqual({ NetworkMode: "plant" });
});

it("gives the service's name to a replica, but on networks that refuse aliases", () => {
  const options = { apiVersion: "1.44", serviceName: "line" };
  expect(toNetworkingConfig(three, options).NetworkingConfig?.EndpointsConfig).toStrictEqual({
    plant: { Aliases: ["line"] },
    office: { Aliases: ["line"] },
    bridge: {},
  });
  expect(toNetworkConnectBody(three, "office", { container: "c1", serviceName: "line" })).toStrictEqual({
    Container: "c1",
    EndpointConfig: { Aliases: ["line"] },
  });
});

it("gives a service's only container no alias: its own name is the service's", () => {
  expect(toNetworkConnectBody(three, "office", { container: "c1", serviceName: "mill" })).toStrictEqual({
    Container: "c1",
    EndpointConfig: {},
  });
});

it("attaches tasks to all networks, in their order", () => {
  expect(toTaskNetworks(three)).toStrictEqual({
    Networks: [{ Target: "plant" }, { Target: "office" }, { Target: "bridge" }],
  });
});

it.each([{}, { networks: [] }])("leaves the default bridge without networks: %j", (more) => {
  const none = request(more);
  for (const apiVersion of ["1.41", "1.44"]) {
    expect(toNetworkingConfig(none, { apiVersion })).toStrictEqual({});
    expect(networksToConnect(none, { apiVersion })).toStrictEqual([]);
  }
  expect([toNetworkMode(none), toTaskNetworks(none)]).toStrictEqual([{}, {}]);
});

it("refuses what is no API version", () => {
  expect(() => networksToConnect(three, { apiVersion: "new" })).toThrow(
    expect.objectContaining({ code: "ENGINE_ERROR" }),
  );
});
