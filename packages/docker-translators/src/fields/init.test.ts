import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHostInit, toServiceInit } from "./init.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });

it.each([true, false])("says %s where it is asked", (init) => {
  expect(toHostInit(request({ init }))).toStrictEqual({ Init: init });
  expect(toServiceInit(request({ init }), api("1.37"))).toStrictEqual({ Init: init });
});

it("leaves the engine's default, on any API", () => {
  expect([toHostInit(request({})), toServiceInit(request({}), api("1.36"))]).toStrictEqual([{}, {}]);
});

it("refuses a service's below API 1.37", () => {
  expect(() => toServiceInit(request({ init: false }), api("1.36"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "init" }),
  );
});
