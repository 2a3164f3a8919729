import type { DeployRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { memory } from "../../test/fixtures.js";
import type { DesiredApp } from "../model/project.js";
import { parseRequests } from "./check-requests.js";

const PATH = "resources.Reservations.NanoCPUs";

const withoutReservations = () => memory({ limitations: [{ field: PATH, reason: "It reserves no CPUs." }] });

const resources = { Limits: { NanoCPUs: 1e9 }, Reservations: { NanoCPUs: 5e8 } };
const app = (request: Partial<DeployRequest>, defaults?: readonly string[]): DesiredApp => ({
  key: "press",
  service: "press",
  request: { name: "press", image: "demo:1", resources, ...request },
  dependsOn: [],
  ...(defaults && { defaults }),
});

test("an unsupported default is omitted without a warning, also in strict mode", () => {
  const [checked] = parseRequests([app({}, [PATH])], withoutReservations(), { strict: true });
  expect(checked?.warnings).toEqual([]);
  expect(checked?.request.resources).toEqual({ Limits: { NanoCPUs: 1e9 }, Reservations: {} });
});

test("an unsupported field of the file is a warning, and rejected in strict mode", () => {
  expect(parseRequests([app({})], withoutReservations())[0]?.warnings).toMatchObject([{ field: PATH }]);
  expect(() => parseRequests([app({})], withoutReservations(), { strict: true })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED" }),
  );
});

test("a supported default stays", () => {
  expect(parseRequests([app({}, [PATH])], memory())[0]?.request.resources).toMatchObject(resources);
});
