import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import {
  fromNetworkSettings,
  networksToConnect,
  toNetworkConnectBody,
  toNetworkingConfig,
  toNetworkMode,
  toTaskNetworks,
} from "./networks.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const three = request({ networks: ["plant", "office", "bridge"] });

it("joins all networks at creation on API 1.44", () => {
  expect(toNetworkingConfig(three, { apiVersion: "1.44" })).toStrictEqual({
    NetworkingConfig: { EndpointsConfig: { plant: {}, office: {}, bridge: {} } },
  });
  expect(networksToConnect(three, { apiVersion: "1.44" })).toStrictEqual([]);
});

it("joins the first network at creation and lists the others below API 1.44", () => {
  expect(toNetworkingConfig(three, { apiVersion: "1.43" })).toStrictEqual({
    NetworkingConfig: { EndpointsConfig: { plant: {} } },
  });
  expect(networksToConnect(three, { apiVersion: "1.43" })).toStrictEqual(["office", "bridge"]);
});

it("uses the first network as the network mode", () => {
  expect(toNetworkMode(three)).toStrictEqual({ NetworkMode: "plant" });
});

it("adds the service's name as an alias of a replica, except on networks that reject aliases", () => {
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

it("adds no alias to a container that has the service's name", () => {
  expect(toNetworkConnectBody(three, "office", { container: "c1", serviceName: "mill" })).toStrictEqual({
    Container: "c1",
    EndpointConfig: {},
  });
});

it("adds aliases on each network, except on networks that reject them", () => {
  const named = request({ networks: ["plant", "bridge"], networkAliases: ["press", "line.a"] });
  expect(toNetworkingConfig(named, { apiVersion: "1.44" }).NetworkingConfig?.EndpointsConfig).toStrictEqual({
    plant: { Aliases: ["press", "line.a"] },
    bridge: {},
  });
  expect(toTaskNetworks(named)).toStrictEqual({
    Networks: [{ Target: "plant", Aliases: ["press", "line.a"] }, { Target: "bridge" }],
  });
});

it("reads aliases back without those that the engine adds", () => {
  const Networks = { plant: { Aliases: ["press", "4f1c9e2b7a60", "mill", "mill-host"] }, office: { Aliases: null } };
  const Config = { Image: "mill:1", Labels: {}, Hostname: "mill-host" };
  expect(
    fromNetworkSettings({ Id: "4f1c9e2b7a60d3", Name: "/mill", Config, NetworkSettings: { Networks } }),
  ).toStrictEqual({
    networks: ["office", "plant"],
    networkAliases: ["press"],
  });
});

it("joins tasks to all networks in order", () => {
  expect(toTaskNetworks(three)).toStrictEqual({
    Networks: [{ Target: "plant" }, { Target: "office" }, { Target: "bridge" }],
  });
});

it.each([{}, { networks: [] }])("sends nothing without networks: %j", (more) => {
  const none = request(more);
  for (const apiVersion of ["1.41", "1.44"]) {
    expect(toNetworkingConfig(none, { apiVersion })).toStrictEqual({});
    expect(networksToConnect(none, { apiVersion })).toStrictEqual([]);
  }
  expect([toNetworkMode(none), toTaskNetworks(none)]).toStrictEqual([{}, {}]);
});

it("rejects a text that is not an API version", () => {
  expect(() => networksToConnect(three, { apiVersion: "new" })).toThrow(
    expect.objectContaining({ code: "ENGINE_ERROR" }),
  );
});
