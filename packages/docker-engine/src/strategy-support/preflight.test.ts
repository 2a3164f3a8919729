import { DeploymentError, parseRequest, type PreflightRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { checkRequests, ifNeeded, volumeConflict } from "./preflight.js";

const preflightOf = (name: string, image = "demo:1"): PreflightRequest => ({
  request: { name, image },
  updates: false,
});
const parse = ({ request, updates }: PreflightRequest) => ({ request: parseRequest(request), updates });

describe("checkRequests()", () => {
  test("collects the problems of valid and invalid requests in the order of the requests", () => {
    const requests = [preflightOf("one"), preflightOf("x", "UPPER"), preflightOf("two")];
    const { valid, collectProblems } = checkRequests(requests, parse);
    expect(valid.map(({ request }) => request.name)).toEqual(["one", "two"]);
    const problem = { code: "CONFLICT", message: "No room", hint: "Wait." } as const;
    const problems = collectProblems(({ request }) => (request.name === "two" ? [problem] : []));
    expect(problems.map(({ service, code, field }) => [service, code, field])).toEqual([
      ["x", "INVALID_REQUEST", "image"],
      ["x", "INVALID_REQUEST", "name"],
      ["two", "CONFLICT", undefined],
    ]);
    for (const { message, hint } of problems) {
      expect(message).toMatch(/[^.]$/);
      expect(hint).toMatch(/\.$/);
    }
  });

  test("uses the code and the hint of an issue, if it has its own", () => {
    const check = (): never => {
      const issues = [{ field: "mode", message: "Not supported.", code: "UNSUPPORTED" as const, hint: "Remove it." }];
      throw new DeploymentError("INVALID_REQUEST", "Two problems.", { issues: [...issues, { message: "Odd." }] });
    };
    expect(checkRequests([preflightOf("one")], check).collectProblems(() => [])).toEqual([
      { service: "one", code: "UNSUPPORTED", field: "mode", message: "Not supported", hint: "Remove it." },
      { service: "one", code: "INVALID_REQUEST", message: "Odd", hint: "Correct the request." },
    ]);
  });

  test("turns an error without issues into one problem, and throws other errors", () => {
    const failing = (error: Error) => () =>
      checkRequests([preflightOf("one")], () => {
        throw error;
      }).collectProblems(() => []);
    const unsupported = new DeploymentError("UNSUPPORTED", "No jobs here.", { field: "mode", hint: "Use a swarm." });
    expect(failing(unsupported)()).toEqual([
      { service: "one", code: "UNSUPPORTED", field: "mode", message: "No jobs here", hint: "Use a swarm." },
    ]);
    expect(failing(new TypeError("bug"))).toThrow(TypeError);
  });
});

test("ifNeeded() calls only if some request needs the state", async () => {
  expect(
    await ifNeeded(
      [1, 2],
      (request) => request === 2,
      async () => "state",
    ),
  ).toBe("state");
  expect(
    await ifNeeded(
      [1],
      (request) => request === 2,
      async () => expect.unreachable(),
    ),
  ).toBeUndefined();
});

test("volumeConflict() describes the difference, and accepts equivalent options", () => {
  const volume = { Name: "data", Driver: "local", Options: { o: "a,b" }, Labels: null };
  expect(volumeConflict(volume, { Name: "local", Options: { o: "b,a" } }, "node-1")).toBeUndefined();
  expect(volumeConflict(volume, { Name: "rexray" }, "node-1")).toBe(
    "Volume data exists on node-1 with driver local (o=***) instead of driver rexray without options, and Docker would mount it unchanged",
  );
});
