import type { DeployRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { memory } from "../../test/fixtures.js";
import { parseRequests } from "./check-requests.js";
import type { DesiredApp } from "../model/project.js";

const PATH = "resources.Reservations.NanoCPUs";

const withoutReservations = () => memory({ unhonoured: [{ field: PATH, reason: "It reserves no CPUs." }] });

const resources = { Limits: { NanoCPUs: 1e9 }, Reservations: { NanoCPUs: 5e8 } };
const app = (request: Partial<DeployRequest>, defaults?: readonly string[]): DesiredApp => ({
  key: "press",
  service: "press",
  request: { name: "press", image: "demo:1", resources, ...request },
  dependsOn: [],
  ...(defaults && { defaults }),
});

test("a default that the platform does not honor is left out, without a warning and in strict mode", () => {
  const [checked] = parseRequests([app({}, [PATH])], withoutReservations(), { strict: true });
  expect(checked?.warnings).toEqual([]);
  expect(checked?.request.resources).toEqual({ Limits: { NanoCPUs: 1e9 }, Reservations: {} });
});

test("what the file asks for is reported, and rejected in strict mode", () => {
  expect(parseRequests([app({})], withoutReservations())[0]?.warnings).toMatchObject([{ field: PATH }]);
  expect(() => parseRequests([app({})], withoutReservations(), { strict: true })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED" }),
  );
});

test("a default that the platform honors stays", () => {
  expect(parseRequests([app({}, [PATH])], memory())[0]?.request.resources).toMatchObject(resources);
});
