import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHostUlimits, toServiceUlimits } from "./open-files.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });
const nofile = { Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }] };

it("sets soft and hard limit alike", () => {
  expect(toHostUlimits(request({ openFiles: 4096 }))).toStrictEqual(nofile);
  expect(toServiceUlimits(request({ openFiles: 4096 }), api("1.41"))).toStrictEqual(nofile);
});

it("leaves the engine's default, on any API", () => {
  expect([toHostUlimits(request({})), toServiceUlimits(request({}), api("1.40"))]).toStrictEqual([{}, {}]);
});

it("refuses a service's below API 1.41", () => {
  expect(() => toServiceUlimits(request({ openFiles: 1 }), api("1.40"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "openFiles" }),
  );
});
