import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { describeProgram } from "../../../cli/src/program.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { templateOf } from "./call-template.mjs";
import { neverMade, readRecording } from "./check-recording.mjs";
import { recordCalls } from "./record-calls.mjs";
import { allowedCalls, isWrite, TABLE } from "./table.mjs";

describe("templateOf()", () => {
  it.each([
    ["/v1.41/containers/json?all=1", "GET /containers/json"],
    ["/containers/web.1/json", "GET /containers/{id}/json"],
    ["/v1.51/containers/web/exec", "GET /containers/{id}/exec"],
    ["/v1.51/containers/create?name=a", "GET /containers/create"],
    ["/images/json", "GET /images/json"],
    ["/images/registry.example.com/team/app%3A1/json", "GET /images/{name}/json"],
    ["/images/team/app", "GET /images/{name}"],
    ["/distribution/team/app:1/json", "GET /distribution/{name}/json"],
    ["/volumes", "GET /volumes"],
    ["/volumes/data", "GET /volumes/{id}"],
    ["/services/abc/logs?details=1", "GET /services/{id}/logs"],
    ["/_ping", "GET /_ping"],
    ["/v4.0.0/libpod/pods/json", "GET /libpod/pods/json"],
  ])("of %s is %s", (url, expected) => {
    expect(templateOf("GET", url)).toBe(expected);
  });
});

describe("the table of calls", () => {
  it("has only existing commands", () => {
    const names = describeProgram().groups.flatMap(({ commands }) => commands.map(({ name }) => name));
    expect(Object.keys(TABLE.commands).filter((command) => !names.includes(command))).toEqual([]);
  });

  it.each(["plan", "ps", "logs"])("has no write call for %s", (command) => {
    for (const platform of ["docker", "swarm"] as const) {
      const calls = allowedCalls(command, platform);
      expect(calls).not.toEqual([]);
      expect(calls.filter(isWrite)).toEqual([]);
    }
  });
});

describe("recordCalls()", () => {
  const server = http.createServer((_request, response) => void response.end());
  const call = (method: string, path: string, agent = "openfactory-deploy"): Promise<void> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      http
        .request({ port, method, path, headers: { "User-Agent": agent } }, (answer) =>
          answer.resume().on("end", resolve),
        )
        .on("error", reject)
        .end();
    });
  const plan = (work: () => Promise<void>) => recordCalls(["plan", "--platform", "docker"], {}, work, "");

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => void server.close());

  it("returns the result of a run whose calls are all in the table", async () => {
    await plan(async () => {
      await call("GET", "/_ping");
      await call("GET", "/v1.41/containers/json?all=1");
    });
  });

  it("rejects if a run makes a call that the table does not list, and names it", async () => {
    await expect(plan(() => call("POST", "/v1.41/volumes/create"))).rejects.toThrow(
      "`ofdeploy plan` on docker made a call that apps/cli/engine-calls.json does not list: POST /volumes/create",
    );
  });

  it("counts the calls of up --dry-run as those of plan", async () => {
    await expect(recordCalls(["up", "--dry-run"], {}, () => call("POST", "/volumes/create"), "")).rejects.toThrow(
      "`ofdeploy plan` on docker",
    );
    await recordCalls(["up"], {}, () => call("POST", "/volumes/create"), "");
  });

  it("ignores the calls of other clients, and those outside of a run", async () => {
    await plan(() => call("POST", "/volumes/create", "a test"));
    await call("POST", "/anything");
  });
});

describe("neverMade()", () => {
  const table = {
    everyCommand: { docker: ["GET /_ping"], swarm: [] },
    everyChange: { docker: [], swarm: [] },
    commands: { ps: { docker: ["GET /containers/json", "GET /info"] } },
  };

  it("names the entries that no run made", () => {
    const recording = readRecording("ps docker\nps docker GET /_ping\nps docker GET /containers/json\nps docker\n");
    expect(recording.runs).toEqual({ ps: 2 });
    expect(neverMade(recording, table)).toEqual(["ps docker GET /info"]);
  });

  it("is empty if each entry was made", () => {
    const calls = { ps: { docker: ["GET /_ping", "GET /containers/json", "GET /info"] } };
    expect(neverMade({ calls }, table)).toEqual([]);
  });
});
