import { describe, expect, test } from "vitest";
import type { PreflightRequest } from "../capabilities/checks.js";
import type { Deployment, DeployOptions, ProgressEvent } from "../operation.js";
import type { DeployRequest, NormalizedRequest } from "../request/deploy-request.js";
import { REQUIRED_FIELDS, type StrategyManifest } from "../strategy/manifest.js";
import { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { adaptOlderPlugin, type RequestAddition } from "./older-plugin.js";

/** As if contract 1.1 had added a field, and 1.2 a part of each port and a value of `mode`. */
const ADDITIONS: RequestAddition[] = [
  { since: "1.1", field: "groupAdd" },
  { since: "1.2", field: "ports[].hostAddress" },
  { since: "1.2", field: "mode.Global" },
  { since: "1.2", field: "init", unless: [false] },
];

/** Supports `ports` and `mode`. It records what it receives. */
class Recorder extends OpenFactoryServiceDeploymentStrategy {
  readonly received: DeployRequest[] = [];
  override readonly manifest: StrategyManifest = {
    name: "old",
    capabilities: ["update", "settings", "preflight"],
    supportedFields: [...REQUIRED_FIELDS, "ports", "mode", "init"],
    limitations: [],
  };

  async deploy(request: DeployRequest, options?: DeployOptions): Promise<Deployment> {
    const { warnings } = this.prepare(request, options);
    this.received.push(request);
    return { name: request.name, ids: ["1"], image: request.image, warnings };
  }

  update = (request: DeployRequest, options?: DeployOptions) => this.deploy(request, options);
  settingsOf = async (request: DeployRequest) => (this.received.push(request), request as NormalizedRequest);
  preflight = async (requests: readonly PreflightRequest[]) => {
    this.received.push(...requests.map(({ request }) => request));
    return [];
  };

  async remove(): Promise<void> {}
}

const REQUEST: DeployRequest = {
  name: "demo",
  image: "app:1",
  env: ["A=1"],
  groupAdd: ["audio"],
  user: "1",
  ports: [{ target: 80, hostAddress: "127.0.0.1" }, { target: 81 }],
};
const KNOWN = {
  name: "demo",
  image: "app:1",
  env: ["A=1"],
  user: "1",
  ports: [
    { target: 80, protocol: "tcp", mode: "ingress" },
    { target: 81, protocol: "tcp", mode: "ingress" },
  ],
};

const old = (knows = "1.0") => adaptOlderPlugin(new Recorder(), knows, ADDITIONS);

describe("a strategy for an older minor version", () => {
  test.each(["deploy", "update"] as const)(
    "%s() receives only what it knows, and the rest become warnings",
    async (operation) => {
      const strategy = old();
      const events: ProgressEvent[] = [];
      const { warnings } = await strategy[operation](REQUEST, { observer: (event) => events.push(event) });
      expect(strategy.received).toEqual([KNOWN]);
      expect(warnings.map(({ field, reason }) => `${field}: ${reason}`)).toEqual([
        "groupAdd: Contract 1.1 added it, and the plugin was built for contract 1.0.",
        "ports[].hostAddress: Contract 1.2 added it, and the plugin was built for contract 1.0.",
        "user: Not supported on old.",
      ]);
      expect(events.map((event) => event.type === "warning" && event.warning)).toEqual(warnings);
    },
  );

  test("deploy() rejects all unsupported parts in strict mode, and does not call the strategy", async () => {
    const strategy = old();
    await expect(strategy.deploy(REQUEST, { strict: true })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      issues: [{ field: "groupAdd" }, { field: "ports[0].hostAddress" }, { field: "user" }],
    });
    expect(strategy.received).toEqual([]);
  });

  test("settingsOf() and preflight() receive only what it knows", async () => {
    const strategy = old();
    await strategy.settingsOf(REQUEST);
    await strategy.preflight([{ request: REQUEST, updates: false }]);
    expect(strategy.received).toEqual([KNOWN, KNOWN]);
  });

  test("a part without an effect causes no warning", async () => {
    const strategy = old();
    const { warnings } = await strategy.deploy({ name: "demo", image: "app:1", init: false });
    expect(warnings).toEqual([]);
    expect(strategy.received).toEqual([{ name: "demo", image: "app:1", env: [] }]);
  });

  test("the manifest has a limitation for each part, so that validate reports it without a call", () => {
    expect(old().manifest.limitations.map(({ field }) => field)).toEqual(ADDITIONS.map(({ field }) => field));
    expect(old("1.1").manifest.limitations.map(({ field }) => field)).not.toContain("groupAdd");
  });

  test("deploy() rejects an invalid or aborted request as before", async () => {
    const strategy = old();
    await expect(strategy.deploy({ ...REQUEST, name: "-" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const aborted = strategy.deploy(REQUEST, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED", service: "demo" });
    expect(strategy.received).toEqual([]);
  });

  test("is adapted once, and keeps its identity", async () => {
    const strategy = new Recorder();
    for (const _ of [1, 2]) expect(adaptOlderPlugin(strategy, "1.0", ADDITIONS)).toBe(strategy);
    expect((await strategy.deploy(REQUEST)).warnings.length).toBe(3);
  });
});

test("a strategy for the present version is unchanged", () => {
  const strategy = new Recorder();
  const { manifest, update } = strategy;
  adaptOlderPlugin(strategy, "1.2", ADDITIONS);
  expect(strategy).toMatchObject({ manifest, update });
  expect(Object.hasOwn(strategy, "deploy")).toBe(false);
});
