import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHostCapabilities, toServiceCapabilities } from "./capabilities.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });
const asked = request({ capAdd: ["cap_net_admin", "SYS_TIME"], capDrop: ["ALL"] });

it("uses the prefix CAP_ for services only", () => {
  expect(toHostCapabilities(asked)).toStrictEqual({ CapAdd: ["NET_ADMIN", "SYS_TIME"], CapDrop: ["ALL"] });
  expect(toServiceCapabilities(asked, api("1.41"))).toStrictEqual({
    CapabilityAdd: ["CAP_NET_ADMIN", "CAP_SYS_TIME"],
    CapabilityDrop: ["ALL"],
  });
});

it("copies the lists of the request", () => {
  expect(toHostCapabilities(asked).CapAdd).not.toBe(asked.capAdd);
  expect(toHostCapabilities(asked).CapDrop).not.toBe(asked.capDrop);
});

it.each([{}, { capAdd: [], capDrop: [] }])("sends nothing without capabilities: %j", (more) => {
  expect(toHostCapabilities(request(more))).toStrictEqual({});
  expect(toServiceCapabilities(request(more), api("1.40"))).toStrictEqual({});
});

it.each(["capAdd", "capDrop"])("rejects %s of a service below API 1.41", (field) => {
  expect(() => toServiceCapabilities(request({ [field]: ["KILL"] }), api("1.40"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field }),
  );
});
