import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeploymentError } from "../errors.js";
import { type DeployRequest, REQUEST_FIELDS } from "./deploy-request.js";
import { amendRequest, parseRequest } from "./parse-request.js";

const least: DeployRequest = { image: "app:1", name: "demo" };

const whole: DeployRequest = {
  image: "registry:5000/app:1",
  imagePullPolicy: "always",
  replicaEnv: true,
  user: "1000:1000",
  name: "demo",
  env: ["A=b=c"],
  labels: { a: "b" },
  command: "sh -c 'sleep 1'",
  args: ["x"],
  ports: { 8080: 80 },
  networks: ["one", "two"],
  constraints: ["node.role == worker"],
  resources: { Limits: { NanoCPUs: 1e9, MemoryBytes: 2 ** 26 } },
  openFiles: 1024,
  mode: { Replicated: { Replicas: 2 } },
  mounts: [{ Type: "bind", Source: "/etc", Target: "/etc" }],
  healthcheck: { Test: "true" },
  restart: { Condition: "none" },
  stopGracePeriod: 1_000_000_000,
  hostname: "web",
  init: true,
  readOnly: true,
  capAdd: ["CAP_NET_ADMIN"],
  capDrop: ["all"],
  secrets: ["s"],
  configs: [{ name: "c" }],
  updateConfig: { Parallelism: 1 },
  rollbackConfig: { Parallelism: 1 },
  templates: "literal",
};

const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
};

const failure = (request: unknown): DeploymentError => {
  try {
    parseRequest(request as DeployRequest, { strategy: "docker" });
  } catch (error) {
    if (DeploymentError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("expected an INVALID_REQUEST");
};

/** Every object that can be reached from a value. */
const objectsIn = (value: unknown): object[] =>
  typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];

describe("parseRequest", () => {
  test("fills in nothing but env", () => {
    expect(parseRequest(least)).toEqual({ image: "app:1", name: "demo", env: [] });
    expect(Object.keys(parseRequest(least))).toEqual(["image", "name", "env"]);
  });

  test("knows every field", () => {
    expect(Object.keys(whole).sort()).toEqual([...REQUEST_FIELDS].sort());
    expect(Object.keys(parseRequest(whole)).sort()).toEqual([...REQUEST_FIELDS].sort());
  });

  test("takes a frozen request, and shares no object with it", () => {
    const normalized = parseRequest(deepFreeze(whole));
    const callers = new Set(objectsIn(whole));
    expect(objectsIn(normalized).filter((object) => callers.has(object))).toEqual([]);
  });

  test("a normalised request is a request that means the same, and is not looked at again", () => {
    const normalized = parseRequest(whole);
    expect(parseRequest({ ...normalized })).toEqual(normalized);
    expect(parseRequest(normalized)).toBe(normalized);
  });

  test("what is normalised stays so: nothing of it can be changed", () => {
    expect(objectsIn(parseRequest(whole)).filter((object) => !Object.isFrozen(object))).toEqual([]);
  });

  test("tells every finding at once, with its place", () => {
    const error = failure({ image: "", name: "demo", env: ["A"], mounts: [{ Target: "x" }], colour: "red" });
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.service).toBe("demo");
    expect(error.strategy).toBe("docker");
    expect(error.issues.map(({ field }) => field)).toEqual(["image", "env[0]", "mounts[0].Target", ""]);
    expect(error.message).toMatch(/^The request of service demo is not valid: image: .*env\[0\]: .*colour.*\.$/);
    expect(error.hint).toBeTruthy();
  });

  test.each([
    [{ ports: [{ target: 0 }] }, "ports[0].target"],
    [{ ports: { 80: 0 } }, "ports.80"],
    [{ ports: { x: 80 } }, "ports.x"],
    [{ mode: { Replicated: { Replicas: -1 } } }, "mode.Replicated.Replicas"],
    [{ mode: { Replicated: { Replicas: 1 }, Global: {} } }, "mode"],
    [{ healthcheck: { Test: ["CMD"] } }, "healthcheck.Test"],
    [{ command: [] }, "command"],
    [{ command: "'" }, "command"],
    [{ secrets: [{ name: "" }] }, "secrets[0].name"],
    [{ labels: { "a.b": 1 } }, "labels.a.b"],
  ])("says where %j is wrong: %s", (part, field) => {
    expect(failure({ ...least, ...part }).field).toBe(field);
  });

  test("says what is wrong with a key of a mapping", () => {
    expect(failure({ ...least, labels: { "": "x" } }).issues[0]?.message).toBe("a label has a name");
  });

  test.each([undefined, null, 1, "demo", [], () => 1])("refuses %j", (request) => {
    const error = failure(request);
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.service).toBeUndefined();
  });

  test("names no service that can't be one", () => {
    expect(failure({ ...least, name: "rm -rf /" }).service).toBeUndefined();
  });

  test("never repeats a value of env, whatever is wrong with it", () => {
    const secret = "hunter2secret";
    const entry = fc.oneof(
      fc.constant(secret),
      fc.constant(`=${secret}`),
      fc.string().map((key) => `${key.replaceAll("=", "")}=${secret}`),
      fc.constantFrom(`A=\0${secret}`, { value: secret }, [secret]),
    );
    const env = fc.oneof(fc.array(entry, { minLength: 1 }), fc.constant({ PASSWORD: secret }), fc.constant(secret));
    fc.assert(
      fc.property(env, (entries) => {
        const error = failure({ ...least, name: "-", env: entries });
        expect(JSON.stringify(error)).not.toContain(secret);
        expect(error.stack).not.toContain(secret);
      }),
    );
  });

  test("answers anything at all with a request or an INVALID_REQUEST, and a request stays what it is", () => {
    const fields = Object.fromEntries(
      Object.entries(whole).map(([field, value]) => [
        field,
        fc.oneof(fc.constant(value), fc.anything({ maxDepth: 3 })),
      ]),
    );
    fc.assert(
      fc.property(fc.record(fields, { requiredKeys: [] }), (request) => {
        const before = fc.stringify(request);
        try {
          const normalized = parseRequest(request as unknown as DeployRequest);
          expect(parseRequest(normalized)).toEqual(normalized);
        } catch (error) {
          if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
          expect(error.message.startsWith("The request")).toBe(true);
        }
        expect(fc.stringify(request)).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});

describe("amendRequest", () => {
  const request = parseRequest(whole);

  test.each([
    ["a field more", parseRequest(least), { user: "1" }],
    ["a field less", request, { user: undefined, ports: undefined }],
    ["shorthands", request, { ports: { 1: 2 }, command: "sh -c x", secrets: ["a"] }],
    ["nothing", request, {}],
    ["what has a default left out", request, { env: undefined }],
    ["a request that was not validated", { ...request }, { labels: { a: "c" } }],
  ] as const)("is as validating the whole: %s", (_, before, changes) => {
    const copy = structuredClone(before);
    const amended = amendRequest(before, changes);
    const anew = parseRequest(JSON.parse(JSON.stringify({ ...copy, ...changes })));
    expect(amended).toStrictEqual(anew);
    expect(Object.keys(amended)).toEqual(Object.keys(anew));
    expect(before).toStrictEqual(copy);
    expect(parseRequest(amended)).toBe(amended);
    expect(objectsIn(amended).filter((object) => !Object.isFrozen(object))).toEqual([]);
  });

  test.each([{ user: 1 }, { image: undefined }, { colour: "red" }, { labels: { a: 1 } }])(
    "refuses %j as validating the whole does",
    (changes) => {
      const told = (work: () => unknown): unknown => {
        try {
          return work();
        } catch (error) {
          return { message: (error as Error).message, ...(error as object) };
        }
      };
      const wrong = changes as Partial<DeployRequest>;
      expect(told(() => amendRequest(request, wrong, { strategy: "docker" }))).toEqual(
        told(() => parseRequest({ ...request, ...wrong } as DeployRequest, { strategy: "docker" })),
      );
      expect(told(() => amendRequest(request, wrong))).toMatchObject({ code: "INVALID_REQUEST" });
    },
  );
});
