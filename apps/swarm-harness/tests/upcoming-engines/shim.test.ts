import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { RawEngine } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ANSWER_CHANGES } from "./changes.js";
import { startUpcomingEngine, type UpcomingApi, type UpcomingEngine } from "./shim.js";

/** As Engine 28.5 with the containerd image store answers. */
const ANSWERS: Readonly<Record<string, object>> = {
  "/version": {
    Version: "28.5.2",
    ApiVersion: "1.51",
    MinAPIVersion: "1.24",
    Components: [{ Name: "Engine", Version: "28.5.2" }],
  },
  "/info": { ID: "a", KernelMemoryTCP: true },
  "/containers/json": [{ Id: "a", Status: "Up 2 seconds (healthy)", Ports: [{ PrivatePort: 80, Type: "tcp" }] }],
  "/containers/a/json": {
    Id: "a",
    GraphDriver: { Name: "overlayfs", Data: null },
    Config: { OnBuild: null, MacAddress: "aa:aa" },
    HostConfig: { KernelMemoryTCP: 0 },
    NetworkSettings: {
      IPAddress: "172.17.0.2",
      Bridge: "",
      Networks: { bridge: { IPAddress: "172.17.0.2" } },
      Ports: {},
    },
  },
  "/images/a/json": {
    Id: "a",
    Parent: "",
    RepoTags: ["a:1"],
    GraphDriver: { Name: "overlayfs", Data: null },
    Config: { Cmd: ["sh"], Entrypoint: null, User: "" },
  },
  "/networks/a": { Id: "a" },
  "/services": [{ ID: "a", Spec: { Name: "a", Networks: [], TaskTemplate: {} } }],
  "/containers/create": { Id: "a", Warnings: [] },
};

const paths: string[] = [];
const real = http.createServer((request, response) => {
  paths.push(`${request.method} ${request.url}`);
  response.writeHead(200, { "Content-Type": "application/json", "Api-Version": "1.51", Server: "Docker/28.5.2" });
  if (request.url?.endsWith("/events"))
    return void response.end('{"Type":"container","id":"a","status":"start","from":"b"}\n{"Type":"image","id":"c"}\n');
  response.end(JSON.stringify(ANSWERS[(request.url ?? "").replace(/^\/v[0-9.]+/, "").replace(/\?.*/, "")] ?? {}));
});
const shims: UpcomingEngine[] = [];
const start = async (api: UpcomingApi, minimum?: string): Promise<RawEngine> => {
  const shim = await startUpcomingEngine(`tcp://127.0.0.1:${(real.address() as AddressInfo).port}`, api, minimum);
  shims.push(shim);
  return new RawEngine(shim.host);
};

let engine: RawEngine;
beforeAll(async () => {
  await new Promise<void>((resolve) => real.listen(0, "127.0.0.1", resolve));
  engine = await start("1.53");
});
afterAll(async () => {
  for (const shim of shims) await shim.close();
  real.close();
});

test("GET /version and the headers have the version of the upcoming engine", async () => {
  const own = { ApiVersion: "1.53", MinAPIVersion: "1.44" };
  expect(await engine.call("GET", "/version")).toMatchObject({
    ...own,
    Version: "29.2.0",
    Components: [{ Name: "Engine", Version: "29.2.0", Details: own }],
  });
  const answer = await engine.open("GET", "/_ping");
  answer.resume();
  expect(answer.headers).toMatchObject({ "api-version": "1.53", server: "Docker/29.2.0 (linux)" });
});

test.each([
  [
    "1.43",
    "client version 1.43 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
  ],
  ["1.54", "client version 1.54 is too new. Maximum supported API version is 1.53"],
])("a call of API %s gets status 400, in the words of Engine 29", async (version, message) => {
  expect(await engine.request("GET", `/v${version}/info`)).toMatchObject({ status: 400, body: { message } });
});

test("the engine gets calls of upcoming versions as 1.51, and older calls unchanged", async () => {
  paths.length = 0;
  for (const path of ["/v1.53/info", "/info", "/v1.44/info?a=1"]) await engine.call("GET", path);
  expect(paths).toEqual(["GET /v1.51/info", "GET /v1.51/info", "GET /v1.44/info?a=1"]);
});

test("answers to calls of API 1.52 lack the legacy fields, and have the new ones", async () => {
  expect(await engine.call("GET", "/v1.52/containers/a/json")).toEqual({
    Id: "a",
    Storage: { RootFS: { Snapshot: { Name: "overlayfs" } } },
    Config: {},
    HostConfig: {},
    NetworkSettings: { Networks: { bridge: { IPAddress: "172.17.0.2" } }, Ports: {} },
  });
  expect(await engine.call("GET", "/v1.52/images/a/json")).toEqual({
    Id: "a",
    RepoTags: ["a:1"],
    Config: { Cmd: ["sh"] },
  });
  expect(await engine.call("GET", "/v1.52/containers/json")).toEqual([
    {
      Id: "a",
      Status: "Up 2 seconds (healthy)",
      Health: { Status: "healthy", FailingStreak: 0 },
      Ports: [{ PrivatePort: 80, Type: "tcp", IP: "" }],
    },
  ]);
  expect(await engine.call("GET", "/v1.52/networks/a")).toHaveProperty("Status");
  expect(await engine.call("GET", "/v1.52/info")).toEqual({ ID: "a" });
  expect(await engine.call("GET", "/v1.52/services")).toEqual([{ ID: "a", Spec: { Name: "a", TaskTemplate: {} } }]);
});

test("answers to calls of API 1.53 have the fields of 1.53, and answers to older calls the legacy fields", async () => {
  expect(await engine.call("GET", "/v1.53/info")).toHaveProperty("NRI");
  expect(await engine.call("GET", "/v1.53/images/a/json")).toHaveProperty("Identity");
  expect(await engine.call("GET", "/v1.51/containers/a/json")).toEqual(ANSWERS["/containers/a/json"]);
  expect(await engine.call("GET", "/v1.51/images/a/json")).toEqual(ANSWERS["/images/a/json"]);
});

test("events of API 1.52 lack status, id and from", async () => {
  const textOf = async (path: string): Promise<string> => {
    let text = "";
    for await (const part of await engine.open("GET", path)) text += part;
    return text;
  };
  expect(await textOf("/v1.52/events")).toBe('{"Type":"container"}\n{"Type":"image"}\n');
  expect(await textOf("/v1.51/events")).toContain('"status":"start"');
});

test("creating a container of API 1.52 rejects a container-wide MAC address, and warns of empty port bindings", async () => {
  const create = (version: string, body: object) => engine.request("POST", `/v${version}/containers/create`, body);
  expect(await create("1.52", { MacAddress: "aa" })).toMatchObject({ status: 400 });
  expect(await create("1.51", { MacAddress: "aa" })).toMatchObject({ status: 200 });
  const ports = { HostConfig: { PortBindings: { "80/tcp": [], "81/tcp": [{ HostPort: "81" }] } } };
  expect((await create("1.52", ports)).body.Warnings).toEqual([expect.stringContaining("port-bindings: 80/tcp.")]);
  expect((await create("1.51", ports)).body.Warnings).toEqual([]);
});

test("the lowest accepted version can be raised", async () => {
  const newer = await start("1.57", "1.57");
  expect(await newer.request("GET", "/v1.56/info")).toMatchObject({ status: 400 });
});

test("each change says what it does", () => {
  expect(ANSWER_CHANGES.filter(({ what, calls }) => what === "" || calls.length === 0)).toEqual([]);
});
