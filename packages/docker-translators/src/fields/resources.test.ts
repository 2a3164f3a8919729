import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toHostResources, toHostUlimits, toServiceUlimits, toTaskResources } from "./resources.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const api = (apiVersion: string) => ({ apiVersion, service: "mill" });
const all = request({
  resources: {
    Limits: { NanoCPUs: 2e9, MemoryBytes: 2 ** 29, Pids: 10 },
    Reservations: { NanoCPUs: 1e9, MemoryBytes: 2 ** 28 },
  },
});

it("sets limits and the memory reservation of a container, but no swap", () => {
  expect(toHostResources(all)).toStrictEqual({
    NanoCpus: 2e9,
    Memory: 2 ** 29,
    MemoryReservation: 2 ** 28,
    PidsLimit: 10,
  });
});

it("sets limits and reservations of a task as a copy", () => {
  expect(toTaskResources(all, api("1.41"))).toStrictEqual({ Resources: all.resources });
  expect(toTaskResources(all, api("1.41")).Resources?.Limits).not.toBe(all.resources?.Limits);
});

it("sends only the limits and reservations of the request", () => {
  const some = request({ resources: { Limits: {}, Reservations: { MemoryBytes: 2 ** 28 } } });
  expect(toHostResources(some)).toStrictEqual({ MemoryReservation: 2 ** 28 });
  expect(toTaskResources(some, api("1.40"))).toStrictEqual({ Resources: { Reservations: { MemoryBytes: 2 ** 28 } } });
});

it.each([{}, { resources: {} }, { resources: { Limits: {} } }])("sends nothing without resources: %j", (more) => {
  expect([toHostResources(request(more)), toTaskResources(request(more), api("1.40"))]).toStrictEqual([{}, {}]);
});

it("rejects a process limit of a service below API 1.41", () => {
  expect(() => toTaskResources(all, api("1.40"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "resources.Limits.Pids" }),
  );
});

const nofile = { Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }] };

it("sets the soft and the hard limit of open files to the same number", () => {
  expect(toHostUlimits(request({ openFiles: 4096 }))).toStrictEqual(nofile);
  expect(toServiceUlimits(request({ openFiles: 4096 }), api("1.41"))).toStrictEqual(nofile);
});

it("sends no ulimits without openFiles, on any API", () => {
  expect([toHostUlimits(request({})), toServiceUlimits(request({}), api("1.40"))]).toStrictEqual([{}, {}]);
});

it("rejects openFiles of a service below API 1.41", () => {
  expect(() => toServiceUlimits(request({ openFiles: 1 }), api("1.40"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "openFiles" }),
  );
});
