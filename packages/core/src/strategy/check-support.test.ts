import { describe, expect, test } from "vitest";
import { DeploymentError } from "../errors.js";
import type { DeployRequest } from "../request/deploy-request.js";
import { parseRequest } from "../request/parse-request.js";
import { checkHonoured } from "./check-support.js";
import { REQUIRED_FIELDS, type StrategyManifest, type UnhonouredPart } from "./manifest.js";

const manifest = (honours: StrategyManifest["honours"], unhonoured: UnhonouredPart[] = []): StrategyManifest => ({
  name: "mine",
  capabilities: [],
  honours: [...REQUIRED_FIELDS, ...honours],
  unhonoured,
});

const request = (part: Partial<DeployRequest> = {}) =>
  parseRequest({ image: "app", name: "demo", env: ["A=secret"], ...part });

const fields = (part: Partial<DeployRequest>, of: StrategyManifest): (string | undefined)[] =>
  checkHonoured(request(part), of).map(({ field }) => field);

const refusal = (attempt: () => unknown): DeploymentError => {
  try {
    attempt();
  } catch (error) {
    if (DeploymentError.isInstance(error, "UNSUPPORTED")) return error;
    throw error;
  }
  throw new Error("expected UNSUPPORTED");
};

describe("checkHonoured", () => {
  test("is silent on what is honoured or not set", () => {
    expect(checkHonoured(request({ user: "1" }), manifest(["user"]), { strict: true })).toEqual([]);
    expect(checkHonoured(request(), manifest([]), { strict: true })).toEqual([]);
  });

  test("warns of a field that is set and not declared at all", () => {
    expect(checkHonoured(request({ user: "1" }), manifest([]))).toEqual([
      {
        code: "FIELD_NOT_HONOURED",
        service: "demo",
        strategy: "mine",
        field: "user",
        reason: "The mine strategy does not honour it.",
      },
    ]);
  });

  test("gives the declared reason, once", () => {
    const declared = manifest([], [{ field: "constraints", reason: "There is one machine." }]);
    expect(checkHonoured(request({ constraints: ["node.role == worker"] }), declared)).toMatchObject([
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
  ] as [string, Partial<DeployRequest>, boolean][])("part %s of %j: %s", (field, part, neglected) => {
    const honours = [field.split(/[.[]/)[0]] as StrategyManifest["honours"];
    expect(fields(part, manifest(honours, [{ field, reason: "No." }]))).toEqual(neglected ? [field] : []);
  });

  test("lets pass the values that ask for nothing", () => {
    const declared = manifest([], [{ field: "mode", reason: "No.", unless: [{ Replicated: { Replicas: 1 } }] }]);
    expect(fields({ mode: { Replicated: {} } }, declared)).toEqual([]);
    expect(fields({ mode: { Replicated: { Replicas: 2 } } }, declared)).toEqual(["mode"]);
    expect(fields({ mode: { Global: {} } }, declared)).toEqual(["mode"]);
  });

  test("refuses in strict mode, and says all that it refuses", () => {
    const declared = manifest([], [{ field: "user", reason: "Everyone is root." }]);
    const error = refusal(() => checkHonoured(request({ user: "1", init: true }), declared, { strict: true }));
    expect(error).toMatchObject({ service: "demo", strategy: "mine", field: "user" });
    expect(error.issues.map(({ field }) => field)).toEqual(["user", "init"]);
    expect(error.message).toContain("user (Everyone is root), init (");
    expect(error.hint).toContain("strict");
  });

  test("always refuses a part that is declared so, and that part only", () => {
    const declared = manifest(
      ["ports"],
      [{ field: "ports[].hostAddress", reason: "It would be open to all.", refuse: true }],
    );
    const error = refusal(() =>
      checkHonoured(request({ user: "1", ports: [{ target: 1, hostAddress: "10.0.0.1" }] }), declared),
    );
    expect(error.issues.map(({ field }) => field)).toEqual(["ports[0].hostAddress"]);
    expect(error.hint).not.toContain("strict");
    expect(fields({ user: "1" }, declared)).toEqual(["user"]);
  });

  test("never repeats a value", () => {
    const nothing = { ...manifest([]), honours: [] };
    const found = checkHonoured(request(), nothing);
    expect(JSON.stringify(found)).not.toContain("secret");
    expect(JSON.stringify(refusal(() => checkHonoured(request(), nothing, { strict: true })))).not.toContain("secret");
  });
});

test("a part may hold for some requests only", () => {
  const when = (asked: { init?: boolean }) => asked.init === true;
  const declared = manifest(["user", "init"], [{ field: "user", reason: "No.", when }]);
  expect(fields({ user: "1" }, declared)).toEqual([]);
  expect(fields({ user: "1", init: true }, declared)).toEqual(["user"]);
});

test("a part that depends on networks holds where every network of the request is a known one of that kind", () => {
  const declared = manifest(
    ["ports", "networks"],
    [{ field: "ports", reason: "It publishes no ports.", onEveryNetwork: ({ internal }) => internal === true }],
  );
  const networks = new Map([
    ["in", { internal: true }],
    ["out", {}],
  ]);
  const found = (joined: string[], known = networks) =>
    checkHonoured(request({ ports: [{ target: 80 }], networks: joined }), declared, { networks: known }).length;
  expect(["in", "out", "other"].map((one) => found([one]))).toEqual([1, 0, 0]);
  expect([found(["in", "out"]), found(["in", "other"]), found([]), found(["in"], new Map())]).toEqual([0, 0, 0, 0]);
  expect(
    refusal(() =>
      checkHonoured(request({ ports: [{ target: 80 }], networks: ["in"] }), declared, { networks, strict: true }),
    ).field,
  ).toBe("ports");
});
