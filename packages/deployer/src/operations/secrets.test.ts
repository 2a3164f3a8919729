import { inspect } from "node:util";
import { type Deployment, DeploymentError, type DeployOptions, type DeployRequest } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, memory, project, testOptions } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { down } from "./down.js";
import { ps } from "./ps.js";
import { up } from "./up.js";

const SECRET = "s3cr3t-value-of-the-app";
const CONTENT = "content-of-the-secret";
const print = (value: unknown): string => inspect(value, { depth: 12, maxStringLength: null }) + JSON.stringify(value);
const words = `engine says "${SECRET}" and ${CONTENT}`;
const desired = () => ({
  ...project(app("web", { env: [`QUERY=${SECRET}`] }), app("db")),
  resources: [{ key: "key", spec: { kind: "secret" as const, name: "key-1", content: Buffer.from(CONTENT) } }],
});

/** A third party's strategy, which repeats the engine's words. */
class Leaky extends MemoryDeploymentStrategy {
  override async deploy(request: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    options.observer?.({ type: "pull", service: request.name, image: request.image, status: words });
    const warning = { code: "ENGINE_WARNING", service: request.name, strategy: "memory", reason: words } as const;
    options.observer?.({ type: "warning", service: request.name, warning });
    throw Object.assign(new TypeError(words), { cause: { message: words } });
  }
}

test("up() masks secrets of the project in the report, events, errors and their causes, with any strategy", async () => {
  const events: DeployerEvent[] = [];
  const report = await up(new Leaky(testOptions()), desired(), { observer: (event) => void events.push(event) });
  expect(report.outcome).toBe("failed");
  expect(print(report)).toContain('engine says "***" and ***');
  expect(print([report, events])).not.toContain(SECRET);
  expect(print([report, events])).not.toContain(CONTENT);
});

test("ps() and down() mask values of env in errors of instances and of the strategy", async () => {
  const strategy = memory();
  const some = project(app("web", { env: [`QUERY=${SECRET}`] }));
  await up(strategy, some);
  const { list } = strategy;
  const error = `exec: ${SECRET}: not found`;
  const instance = { id: "1", name: "web.1", state: "failed", engineState: "rejected", error, restarts: 0 } as const;
  strategy.list = async (options) =>
    (await list.call(strategy, options)).map((status) => ({ ...status, instances: [instance] }));
  strategy.remove = () => Promise.reject(new DeploymentError("ENGINE_ERROR", words, { cause: new Error(words) }));
  const rows = await ps(strategy, some);
  expect(rows[0]?.status?.instances[0]?.error).toBe("exec: ***: not found");
  const report = await down(strategy, some);
  expect(report.outcome).toBe("failed");
  expect(print(report)).not.toContain(SECRET);
});
