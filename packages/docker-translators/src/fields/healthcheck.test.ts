import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHealthcheck } from "./healthcheck.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });

it("copies the health check of the request", () => {
  const healthcheck = { Test: ["CMD", "true"], Interval: 1e9, Timeout: 2e9, Retries: 3, StartPeriod: 4e9 };
  const asked = request({ healthcheck });
  expect(toHealthcheck(asked, api("1.41"))).toStrictEqual({ Healthcheck: healthcheck });
  expect(toHealthcheck(asked, api("1.41")).Healthcheck?.Test).not.toBe(asked.healthcheck?.Test);
});

it("accepts a shell line and NONE", () => {
  expect(toHealthcheck(request({ healthcheck: { Test: "exit 0" } }), api("1.41"))).toStrictEqual({
    Healthcheck: { Test: ["CMD-SHELL", "exit 0"] },
  });
  expect(toHealthcheck(request({ healthcheck: { Test: ["NONE"] } }), api("1.41"))).toStrictEqual({
    Healthcheck: { Test: ["NONE"] },
  });
});

it("sends nothing without a health check", () => {
  expect(toHealthcheck(request({}), api("1.41"))).toStrictEqual({});
});

it("rejects StartInterval below API 1.44 unless it is 0", () => {
  const asked = request({ healthcheck: { Test: "true", StartInterval: 1e9 } });
  expect(() => toHealthcheck(asked, api("1.43"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "healthcheck.StartInterval", service: "mill" }),
  );
  expect(toHealthcheck(asked, api("1.44")).Healthcheck?.StartInterval).toBe(1e9);
  const none = request({ healthcheck: { Test: "true", StartInterval: 0 } });
  expect(() => toHealthcheck(none, api("1.43"))).not.toThrow();
});
