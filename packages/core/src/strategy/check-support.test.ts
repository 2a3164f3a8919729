import { describe, expect, test } from "vitest";
import { DeploymentError } from "../errors.js";
import type { DeployRequest } from "../request/deploy-request.js";
import { parseRequest } from "../request/parse-request.js";
import { checkSupport } from "./check-support.js";
import { REQUIRED_FIELDS, type StrategyManifest, type Limitation } from "./manifest.js";

const manifest = (
  supportedFields: StrategyManifest["supportedFields"],
  limitations: Limitation[] = [],
): StrategyManifest => ({
  name: "mine",
  capabilities: [],
  supportedFields: [...REQUIRED_FIELDS, ...supportedFields],
  limitations,
});

const request = (part: Partial<DeployRequest> = {}) =>
  parseRequest({ image: "app", name: "demo", env: ["A=secret"], ...part });

const fields = (part: Partial<DeployRequest>, of: StrategyManifest): (string | undefined)[] =>
  checkSupport(request(part), of).map(({ field }) => field);

const refusal = (attempt: () => unknown): DeploymentError => {
  try {
    attempt();
  } catch (error) {
    if (DeploymentError.isInstance(error, "UNSUPPORTED")) return error;
    throw error;
  }
  throw new Error("expected UNSUPPORTED");
};

describe("checkSupport()", () => {
  test("returns no warning for supported fields and for fields that are not set", () => {
    expect(checkSupport(request({ user: "1" }), manifest(["user"]), { strict: true })).toEqual([]);
    expect(checkSupport(request(), manifest([]), { strict: true })).toEqual([]);
  });

  test("returns a warning for a field that the manifest doesn't mention", () => {
    expect(checkSupport(request({ user: "1" }), manifest([]))).toEqual([
      {
        code: "FIELD_NOT_SUPPORTED",
        service: "demo",
        strategy: "mine",
        field: "user",
        reason: "Not supported on mine.",
      },
    ]);
  });

  test("returns the declared reason, once", () => {
    const declared = manifest([], [{ field: "constraints", reason: "There is one machine." }]);
    expect(checkSupport(request({ constraints: ["node.role == worker"] }), declared)).toMatchObject([
      { field: "constraints", reason: "There is one machine." },
    ]);
  });

  test.each([
    ["ports[].hostAddress", { ports: [{ target: 1 }, { target: 2, hostAddress: "10.0.0.1" }] }, true],
    ["ports[].hostAddress", { ports: { 80: 80 } }, false],
    ["ports[].hostAddress", {}, false],
    ["resources.Reservations.NanoCPUs", { resources: { Reservations: { NanoCPUs: 1e9 } } }, true],
    [
      "resources.Reservations.NanoCPUs",
      { resources: { Limits: { NanoCPUs: 1e9 }, Reservations: { MemoryBytes: 2 ** 23 } } },
      false,
    ],
    [
      "mounts[].VolumeOptions.Subpath",
      { mounts: [{ Target: "/a" }, { Target: "/b", VolumeOptions: { Subpath: "x" } }] },
      true,
    ],
    ["mounts[].VolumeOptions.Subpath", { mounts: [{ Target: "/a" }] }, false],
    ["init", { init: false }, true],
    ["labels", { labels: {} }, false],
    ["networks", { networks: [] }, false],
    ["mode.Global", { mode: { Replicated: {} } }, false],
  ] as [string, Partial<DeployRequest>, boolean][])("finds %s in %j: %s", (field, part, unsupported) => {
    const supportedFields = [field.split(/[.[]/)[0]] as StrategyManifest["supportedFields"];
    expect(fields(part, manifest(supportedFields, [{ field, reason: "No." }]))).toEqual(unsupported ? [field] : []);
  });

  test("ignores the values of `unless`", () => {
    const declared = manifest([], [{ field: "mode", reason: "No.", unless: [{ Replicated: { Replicas: 1 } }] }]);
    expect(fields({ mode: { Replicated: {} } }, declared)).toEqual([]);
    expect(fields({ mode: { Replicated: { Replicas: 2 } } }, declared)).toEqual(["mode"]);
    expect(fields({ mode: { Global: {} } }, declared)).toEqual(["mode"]);
  });

  test("rejects in strict mode with all unsupported fields", () => {
    const declared = manifest([], [{ field: "user", reason: "Everyone is root." }]);
    const error = refusal(() => checkSupport(request({ user: "1", init: true }), declared, { strict: true }));
    expect(error).toMatchObject({ service: "demo", strategy: "mine", field: "user" });
    expect(error.issues.map(({ field }) => field)).toEqual(["user", "init"]);
    expect(error.message).toContain("user (Everyone is root), init.");
    expect(error.hint).toContain("strict");
  });

  test("always rejects a part with `refuse`, and only this part", () => {
    const declared = manifest(
      ["ports"],
      [{ field: "ports[].hostAddress", reason: "It would be open to all.", refuse: true }],
    );
    const error = refusal(() =>
      checkSupport(request({ user: "1", ports: [{ target: 1, hostAddress: "10.0.0.1" }] }), declared),
    );
    expect(error.issues.map(({ field }) => field)).toEqual(["ports[0].hostAddress"]);
    expect(error.hint).not.toContain("strict");
    expect(fields({ user: "1" }, declared)).toEqual(["user"]);
  });

  test("never repeats a value of the request", () => {
    const none = { ...manifest([]), supportedFields: [] };
    const found = checkSupport(request(), none);
    expect(JSON.stringify(found)).not.toContain("secret");
    expect(JSON.stringify(refusal(() => checkSupport(request(), none, { strict: true })))).not.toContain("secret");
  });
});

test("checkSupport() applies a part with `when` only to matching requests", () => {
  const when = (request: { init?: boolean }) => request.init === true;
  const declared = manifest(["user", "init"], [{ field: "user", reason: "No.", when }]);
  expect(fields({ user: "1" }, declared)).toEqual([]);
  expect(fields({ user: "1", init: true }, declared)).toEqual(["user"]);
});

test("checkSupport() applies a part with `whenEveryNetwork` if every network of the request is known and matches", () => {
  const declared = manifest(
    ["ports", "networks"],
    [{ field: "ports", reason: "It publishes no ports.", whenEveryNetwork: ({ internal }) => internal === true }],
  );
  const networks = new Map([
    ["in", { internal: true }],
    ["out", {}],
  ]);
  const countWarnings = (joined: string[], known = networks) =>
    checkSupport(request({ ports: [{ target: 80 }], networks: joined }), declared, { networks: known }).length;
  expect(["in", "out", "other"].map((one) => countWarnings([one]))).toEqual([1, 0, 0]);
  expect([
    countWarnings(["in", "out"]),
    countWarnings(["in", "other"]),
    countWarnings([]),
    countWarnings(["in"], new Map()),
  ]).toEqual([0, 0, 0, 0]);
  expect(
    refusal(() =>
      checkSupport(request({ ports: [{ target: 80 }], networks: ["in"] }), declared, { networks, strict: true }),
    ).field,
  ).toBe("ports");
});
