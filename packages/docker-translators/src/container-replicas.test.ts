import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { containerReplicas, withoutReplicaNumber } from "./container-replicas.js";
import { deepFreeze, objectsWithin } from "./every-field.test.data.js";

const replicasOf = (more: Partial<DeployRequest>) =>
  containerReplicas(deepFreeze(parseRequest({ image: "mill", name: "mill", ...more }))).replicas;
const mode = (Replicas: number) => ({ mode: { Replicated: { Replicas } } });

it("adds the number of a replica to its name and its APP_UUID only", () => {
  const env = ["APP_UUID=MILL", "APP_UUID_OF=MILL", "OTHER=APP_UUID=X"];
  const request = parseRequest({ image: "mill", name: "mill", env, hostname: "mill", ...mode(2) });
  expect(containerReplicas(request).replicas).toStrictEqual([
    { ...request, name: "mill-1", env: ["APP_UUID=MILL-1", "APP_UUID_OF=MILL", "OTHER=APP_UUID=X"] },
    { ...request, name: "mill-2", env: ["APP_UUID=MILL-2", "APP_UUID_OF=MILL", "OTHER=APP_UUID=X"] },
  ]);
});

it("withoutReplicaNumber() restores the env of the service", () => {
  const env = ["APP_UUID=MILL-12-2", "APP_UUID_OF=MILL-2", "OTHER=x-2"];
  expect(withoutReplicaNumber(env, 2)).toStrictEqual(["APP_UUID=MILL-12", "APP_UUID_OF=MILL-2", "OTHER=x-2"]);
  expect(withoutReplicaNumber(env, 12)).toStrictEqual(env);
});

it("returns one replica without a mode, and none for 0 replicas", () => {
  expect(replicasOf({}).map(({ name }) => name)).toStrictEqual(["mill-1"]);
  expect(replicasOf(mode(0))).toStrictEqual([]);
});

it("shares no object with the request or between the replicas", () => {
  const settings = { labels: { a: "b" }, mounts: [{ Target: "/a" }], ...mode(2) };
  const request = parseRequest({ image: "mill", name: "mill", ...settings });
  const all = [...objectsWithin(request), ...containerReplicas(request).replicas.flatMap(objectsWithin)];
  expect(new Set(all).size).toBe(all.length);
});

it("accepts host ports that the engine chooses, and a fixed one for one replica", () => {
  expect(replicasOf({ ports: [{ target: 80 }], ...mode(2) })).toHaveLength(2);
  expect(replicasOf({ ports: { 8080: 80 }, ...mode(1) })).toHaveLength(1);
});

it.each([
  [
    "a fixed host port for two replicas",
    { ports: [{ target: 81 }, { target: 80, published: 8080 }], ...mode(2) },
    "INVALID_REQUEST",
    "ports[1].published",
  ],
  ["mode Global", { mode: { Global: {} } }, "UNSUPPORTED", "mode"],
  ["a job", { mode: { ReplicatedJob: {} } }, "UNSUPPORTED", "mode"],
] as const)("rejects %s", (_, more, code, field) => {
  expect(() => replicasOf(more)).toThrow(expect.objectContaining({ code, field }));
});
