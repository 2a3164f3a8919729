import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeploymentError } from "../errors.js";
import { type DeployRequest, REQUEST_FIELDS } from "./deploy-request.js";
import { amendRequest, parseRequest } from "./parse-request.js";

const minimal: DeployRequest = { image: "app:1", name: "demo" };

const complete: DeployRequest = {
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
  networkAliases: ["uno"],
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
  privileged: false,
  devices: ["/dev/ttyUSB0"],
  groupAdd: ["dialout"],
  workingDir: "/app",
  tty: true,
  openStdin: true,
  stopSignal: "SIGINT",
  extraHosts: ["db:192.0.2.1"],
  dns: { servers: ["192.0.2.53"] },
  sysctls: { "net.core.somaxconn": "1024" },
  shmSize: 2 ** 26,
  logging: { driver: "json-file" },
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

/** All objects that a value contains. */
const objectsIn = (value: unknown): object[] =>
  typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];

describe("parseRequest()", () => {
  test("sets no default but env", () => {
    expect(parseRequest(minimal)).toEqual({ image: "app:1", name: "demo", env: [] });
    expect(Object.keys(parseRequest(minimal))).toEqual(["image", "name", "env"]);
  });

  test("keeps every field", () => {
    expect(Object.keys(complete).sort()).toEqual([...REQUEST_FIELDS].sort());
    expect(Object.keys(parseRequest(complete)).sort()).toEqual([...REQUEST_FIELDS].sort());
  });

  test("accepts a frozen request, and shares no object with it", () => {
    const normalized = parseRequest(deepFreeze(complete));
    const callers = new Set(objectsIn(complete));
    expect(objectsIn(normalized).filter((object) => callers.has(object))).toEqual([]);
  });

  test("returns a normalized request as it is, and an equal one for a copy", () => {
    const normalized = parseRequest(complete);
    expect(parseRequest({ ...normalized })).toEqual(normalized);
    expect(parseRequest(normalized)).toBe(normalized);
  });

  test("returns a deeply frozen request", () => {
    expect(objectsIn(parseRequest(complete)).filter((object) => !Object.isFrozen(object))).toEqual([]);
  });

  test("rejects with all problems at once, with their fields", () => {
    const error = failure({ image: "", name: "demo", env: ["A"], mounts: [{ Target: "x" }], color: "red" });
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.service).toBe("demo");
    expect(error.strategy).toBe("docker");
    expect(error.issues.map(({ field }) => field)).toEqual(["image", "env[0]", "mounts[0].Target", ""]);
    expect(error.message).toMatch(/^The request for service demo is invalid: image: .*env\[0\]: .*color.*\.$/);
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
  ])("names the field of the problem in %j: %s", (part, field) => {
    expect(failure({ ...minimal, ...part }).field).toBe(field);
  });

  test("rejects an invalid key of a mapping with the message of the key", () => {
    expect(failure({ ...minimal, labels: { "": "x" } }).issues[0]?.message).toBe("a label's name must not be empty");
  });

  test.each([undefined, null, 1, "demo", [], () => 1])("rejects %j", (request) => {
    const error = failure(request);
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.service).toBeUndefined();
  });

  test("leaves out a service name that is invalid", () => {
    expect(failure({ ...minimal, name: "rm -rf /" }).service).toBeUndefined();
  });

  test("rejects any invalid env without repeating a value of it", () => {
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
        const error = failure({ ...minimal, name: "-", env: entries });
        expect(JSON.stringify(error)).not.toContain(secret);
        expect(error.stack).not.toContain(secret);
      }),
    );
  });

  test("returns a stable request or throws INVALID_REQUEST for any input, without modifying the input", () => {
    const fields = Object.fromEntries(
      Object.entries(complete).map(([field, value]) => [
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

describe("amendRequest()", () => {
  const request = parseRequest(complete);

  test.each([
    ["an added field", parseRequest(minimal), { user: "1" }],
    ["removed fields", request, { user: undefined, ports: undefined }],
    ["shorthands", request, { ports: { 1: 2 }, command: "sh -c x", secrets: ["a"] }],
    ["no changes", request, {}],
    ["a removed field with a default", request, { env: undefined }],
    ["a request that was not normalized", { ...request }, { labels: { a: "c" } }],
  ] as const)("returns the same as parsing the whole request: %s", (_, before, changes) => {
    const copy = structuredClone(before);
    const amended = amendRequest(before, changes);
    const parsed = parseRequest(JSON.parse(JSON.stringify({ ...copy, ...changes })));
    expect(amended).toStrictEqual(parsed);
    expect(Object.keys(amended)).toEqual(Object.keys(parsed));
    expect(before).toStrictEqual(copy);
    expect(parseRequest(amended)).toBe(amended);
    expect(objectsIn(amended).filter((object) => !Object.isFrozen(object))).toEqual([]);
  });

  test.each([{ user: 1 }, { image: undefined }, { color: "red" }, { labels: { a: 1 } }])(
    "rejects %j as parsing the whole request does",
    (changes) => {
      const thrownBy = (work: () => unknown): unknown => {
        try {
          return work();
        } catch (error) {
          return { message: (error as Error).message, ...(error as object) };
        }
      };
      const wrong = changes as Partial<DeployRequest>;
      expect(thrownBy(() => amendRequest(request, wrong, { strategy: "docker" }))).toEqual(
        thrownBy(() => parseRequest({ ...request, ...wrong } as DeployRequest, { strategy: "docker" })),
      );
      expect(thrownBy(() => amendRequest(request, wrong))).toMatchObject({ code: "INVALID_REQUEST" });
    },
  );
});
