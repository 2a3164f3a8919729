import { type CapabilityName, DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, MemoryEngine } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, memory, project } from "../../test/fixtures.js";
import { type Policy, type PolicyOptions, withPolicy } from "../model/policy.js";
import { down } from "./down.js";
import { exec } from "./exec.js";
import { changeProcesses } from "./processes.js";
import { rollback } from "./rollback.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const PROCESSES: readonly CapabilityName[] = [...ALL, "restart", "stop", "exec"];

const SOURCE = "/etc/ofdeploy/policy.yaml";
const limit = (strategy: MemoryDeploymentStrategy, policy: Omit<Policy, "source">, more: Partial<PolicyOptions> = {}) =>
  withPolicy(strategy, { policies: [{ source: SOURCE, ...policy }], ...more });

const errorOf = async (work: Promise<unknown>): Promise<DeploymentError | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error as DeploymentError;
  }
};

/** The app `web`, deployed without a policy: one version after the other. */
async function deployed(...versions: Partial<DeployRequest>[]) {
  const engine = new MemoryEngine({ networks: ["host"], onlyMadeFiles: true });
  const strategy = memory({ capabilities: PROCESSES }, { engine });
  for (const version of versions) await up(strategy, project(app("web", version)));
  strategy.calls.length = 0;
  return strategy;
}

const desired = project(app("web"), app("db"));

/** Calls that only read. */
const isReading = (call: string): boolean => /^(inspect|list|settings)/.test(call);

const OPERATIONS: Readonly<Record<string, (strategy: MemoryDeploymentStrategy) => Promise<unknown>>> = {
  "rollback()": (strategy) => rollback(strategy, desired),
  "rollback() of a named app": (strategy) => rollback(strategy, desired, { apps: ["Web"] }),
  "restart()": (strategy) => changeProcesses(strategy, desired, "restart"),
  "start()": (strategy) => changeProcesses(strategy, desired, "start"),
  "scale() to more replicas": (strategy) => scale(strategy, desired, "Web", 3),
  "exec()": (strategy) => exec(strategy, desired, "Web", ["true"]),
};

describe.each(Object.entries(OPERATIONS))("%s", (name, operation) => {
  // A rollback restores the version before.
  const deployedWith = (settings: Partial<DeployRequest>) =>
    name.startsWith("rollback") ? deployed(settings, { image: "demo:9" }) : deployed({ image: "demo:9" }, settings);

  test.each<[string, Omit<Policy, "source">, Partial<DeployRequest>]>([
    ["privileged", { privileged: false }, { privileged: true }],
    ["host_network", { hostNetwork: false }, { networks: ["host"] }],
    ["capabilities", { capabilities: [] }, { capAdd: ["SYS_ADMIN"] }],
    ["binds", { binds: [] }, { mounts: [{ Type: "bind", Source: "/etc", Target: "/etc" }] }],
    ["images.digest", { images: { digest: true } }, { image: "demo:1" }],
    ["images.registries", { images: { registries: ["registry.example.com"] } }, { image: "demo:1" }],
  ])("is refused before any change if the rule %s forbids the app", async (rule, policy, settings) => {
    const strategy = await deployedWith(settings);
    const error = await errorOf(operation(limit(strategy, policy)));
    expect(error).toMatchObject({
      code: "POLICY_VIOLATION",
      message: expect.stringContaining(`(rule ${rule} of the policy ${SOURCE})`),
      hint: expect.stringContaining("ofdeploy up"),
    });
    expect(error?.message).toMatch(name.startsWith("rollback") ? "the previous version of Web: " : ": Web: ");
    expect(strategy.calls.filter((call) => !isReading(call))).toEqual([]);
  });

  test("is done if the policy allows the app", async () => {
    const strategy = await deployedWith({ image: `demo:1@${DIGEST}` });
    const policy = { privileged: false, hostNetwork: false, capabilities: [], binds: [], images: { digest: true } };
    expect(await errorOf(operation(limit(strategy, policy)))).toBeUndefined();
    expect(strategy.calls.filter((call) => !isReading(call))).not.toEqual([]);
  });

  test("makes no further call without policies, or with one that has no rules", async () => {
    const [plain, empty] = [await deployedWith({}), await deployedWith({})];
    await operation(plain);
    await operation(limit(empty, { privileged: true }));
    expect(empty.calls).toEqual(plain.calls);
  });

  test("is refused if the policies can't be read", async () => {
    const strategy = await deployedWith({});
    const policies = () => Promise.reject(new DeploymentError("INVALID_FILE", "No such file."));
    expect(await errorOf(operation(withPolicy(strategy, { policies })))).toMatchObject({ code: "INVALID_FILE" });
    expect(strategy.calls.filter((call) => !isReading(call))).toEqual([]);
  });

  test("is refused if the platform does not report the settings", async () => {
    const strategy = await deployedWith({});
    const blind = new MemoryDeploymentStrategy(
      {
        ...strategy.options,
        manifest: { capabilities: PROCESSES.filter((capability) => capability !== "settings"), limitations: [] },
      },
      strategy.engine,
    );
    const error = await errorOf(operation(limit(blind, { privileged: false })));
    expect(error).toMatchObject({
      code: "POLICY_VIOLATION",
      message: expect.stringContaining("the platform memory does not report its settings"),
    });
    expect(blind.calls.filter((call) => !isReading(call))).toEqual([]);
  });
});

describe.each(["restart()", "scale() to more replicas", "rollback()"])("%s with signed_by", (name) => {
  const operation = OPERATIONS[name] ?? OPERATIONS["restart()"]!;
  const signed = { images: { signedBy: ["-----BEGIN PUBLIC KEY-----"] } };
  const first = name === "rollback()";
  const of = (image: string) => (first ? deployed({ image }, { image: "demo:9" }) : deployed({ image }));

  test("is done if the digest that the service has is signed", async () => {
    const strategy = await of(`demo:1@${DIGEST}`);
    const verified: string[] = [];
    const verifyImage = async (image: string) => {
      verified.push(image);
      return DIGEST;
    };
    expect(await errorOf(operation(limit(strategy, signed, { verifyImage })))).toBeUndefined();
    expect(verified).toEqual([`demo:1@${DIGEST}`]);
  });

  test.each<[string, string, Partial<PolicyOptions>]>([
    ["the image has no digest", "demo:1", { verifyImage: async () => DIGEST }],
    ["another digest is signed", `demo:1@${DIGEST}`, { verifyImage: async () => `sha256:${"b".repeat(64)}` }],
    ["the program can't verify signatures", `demo:1@${DIGEST}`, {}],
    [
      "the registry does not answer",
      `demo:1@${DIGEST}`,
      {
        verifyImage: async () => {
          throw new DeploymentError("ENGINE_UNREACHABLE", "The registry can't be reached.");
        },
      },
    ],
  ])("is refused before any change if %s", async (_, image, options) => {
    const strategy = await of(image);
    expect(await errorOf(operation(limit(strategy, signed, options)))).toMatchObject({
      code: "POLICY_VIOLATION",
      message: expect.stringContaining("rule images.signed_by"),
    });
    expect(strategy.calls.filter((call) => !isReading(call))).toEqual([]);
  });
});

test("exec() does not verify signatures", async () => {
  const strategy = await deployed({ image: `demo:1@${DIGEST}` });
  const limited = limit(strategy, { images: { signedBy: ["-----BEGIN PUBLIC KEY-----"] } });
  expect(await errorOf(exec(limited, desired, "Web", ["true"]))).toBeUndefined();
});

test("operations that start nothing are not checked", async () => {
  const strategy = await deployed({ privileged: true, mode: { Replicated: { Replicas: 3 } } });
  const limited = limit(strategy, { privileged: false });
  expect(await errorOf(scale(limited, desired, "Web", 1))).toBeUndefined();
  expect(await errorOf(changeProcesses(limited, desired, "stop"))).toBeUndefined();
  expect(await errorOf(down(limited, desired))).toBeUndefined();
  expect(strategy.engine.services.size).toBe(0);
});
