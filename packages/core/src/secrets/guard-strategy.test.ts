import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { LogEntry } from "../capabilities/services.js";
import { DeploymentError } from "../errors.js";
import type { Deployment, DeployOptions, ProgressEvent } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { guardStrategy, withoutSecrets } from "./guard-strategy.js";
import { redactError } from "./redact-error.js";
import { Redactor } from "./redactor.js";

const SECRET = "s3cr3t-value";
const redactor = new Redactor([{ value: SECRET }]);
const textOf = (value: unknown): string =>
  inspect(value, { depth: 12, showHidden: true, maxStringLength: null }) + JSON.stringify(value);

const failure = (): DeploymentError =>
  new DeploymentError("TASK_FAILED", `message ${SECRET}`, {
    hint: `hint ${SECRET}`,
    service: "demo",
    strategy: "own",
    field: "env",
    location: { file: "a.yml", line: 3, column: 4 },
    issues: [
      {
        message: `issue ${SECRET}`,
        hint: `do ${SECRET}`,
        field: "env[0]",
        location: { file: "a.yml", line: 1, column: 2 },
      },
    ],
    instance: { id: "i1", node: "n1", exitCode: 3, error: `exec ${SECRET}`, lastLogLines: ["one", `two ${SECRET}`] },
    cause: Object.assign(new Error(`cause ${SECRET}`, { cause: { message: SECRET, list: [SECRET] } }), {
      code: "E1",
      address: SECRET,
    }),
  });

test("redactError() masks message, hint, issues, instance, stack and causes, and keeps the rest", () => {
  const masked = redactError(failure(), redactor);
  expect(textOf(masked)).not.toContain(SECRET);
  expect(masked).toMatchObject({
    code: "TASK_FAILED",
    message: "message ***",
    hint: "hint ***",
    service: "demo",
    strategy: "own",
    field: "env",
    location: { file: "a.yml", line: 3, column: 4 },
    issues: [
      { message: "issue ***", hint: "do ***", field: "env[0]", location: { file: "a.yml", line: 1, column: 2 } },
    ],
    instance: { id: "i1", node: "n1", exitCode: 3, error: "exec ***", lastLogLines: ["one", "two ***"] },
    cause: { message: "cause ***", code: "E1", address: "***", cause: { message: "***", list: ["***"] } },
  });
  expect(DeploymentError.isInstance(masked)).toBe(true);
  expect(masked.stack).toContain("guard-strategy.test");
});

test("redactError() keeps the class of a masked error", () => {
  class PlantError extends Error {}
  const masked = redactError(new PlantError(`message ${SECRET}`), redactor);
  expect(masked).toBeInstanceOf(PlantError);
  expect(masked.message).not.toContain(SECRET);
});

test("redactError() returns an error without secrets as the same object, and masks other thrown values", () => {
  const unchanged = new DeploymentError("NOT_FOUND", "None.", { cause: new Error("x") });
  expect(redactError(unchanged, redactor)).toBe(unchanged);
  expect(redactError(undefined, redactor)).toBeUndefined();
  expect(redactError(`thrown ${SECRET}`, redactor)).toBe("thrown ***");
  const other = redactError(new TypeError(`no ${SECRET}`), redactor);
  expect(other).toMatchObject({ name: "TypeError", message: "no ***" });
  const loop: Error & { self?: unknown } = new Error(SECRET);
  loop.self = loop;
  expect(textOf(redactError(loop, redactor))).not.toContain(SECRET);
});

class LeakyStrategy extends OpenFactoryServiceDeploymentStrategy {
  readonly #state = SECRET;
  async deploy({ name }: DeployRequest, { observer }: DeployOptions = {}): Promise<Deployment> {
    const reason = `engine: ${this.#state}`;
    const warning = { code: "ENGINE_WARNING", service: name, strategy: "leaky", reason } as const;
    observer?.({ type: "warning", service: name, warning });
    observer?.({ type: "pull", service: name, image: "demo", status: `pulling ${this.#state}` });
    observer?.({ type: "waiting", service: name, running: 0, desired: 1, detail: this.#state });
    return { name, ids: ["1"], image: "demo", warnings: [warning] };
  }
  async remove(_: string): Promise<void> {
    throw failure();
  }
  inspect = async () => ({
    name: "demo",
    labels: { note: SECRET },
    settings: { env: [`A=${SECRET}`] },
    instances: [{ id: "1", error: `exec ${this.#state}` }, { id: "2" }],
  });
  list = async () => [await this.inspect()];
  preflight = async () => [{ code: "CONFLICT", service: "demo", message: this.#state, hint: this.#state }];
  diagnose = async () => [{ check: "engine", state: "failed", detail: this.#state, hint: this.#state }];
  async *logs(): AsyncGenerator<LogEntry> {
    yield { service: "demo", instance: "1", stream: "stdout", timestamp: "", line: this.#state };
    throw failure();
  }
}

test("guardStrategy() masks warnings, events, errors, problems, diagnoses and instances", async () => {
  const guarded = guardStrategy(new LeakyStrategy(), redactor);
  const events: ProgressEvent[] = [];
  const deployment = await guarded.deploy(
    { name: "demo", image: "demo" },
    { observer: (event) => void events.push(event) },
  );
  expect(deployment).toMatchObject({ name: "demo", image: "demo", warnings: [{ reason: "engine: ***" }] });
  expect(events).toMatchObject([{ warning: { reason: "engine: ***" } }, { status: "pulling ***" }, { detail: "***" }]);
  const error: unknown = await guarded.remove("demo").catch((reason: unknown) => reason);
  expect(DeploymentError.isInstance(error, "TASK_FAILED")).toBe(true);
  expect(textOf([error, await guarded.preflight(), await guarded.diagnose()])).not.toContain(SECRET);
  expect((await guarded.inspect()).instances).toEqual([{ id: "1", error: "exec ***" }, { id: "2" }]);
  expect(guarded.manifest.name).toBe("LeakyStrategy");
  expect(guarded).toBeInstanceOf(LeakyStrategy);
});

test("guardStrategy() keeps settings, labels and log lines", async () => {
  const guarded = guardStrategy(new LeakyStrategy(), redactor);
  expect((await guarded.list())[0]).toMatchObject({ labels: { note: SECRET }, settings: { env: [`A=${SECRET}`] } });
  const lines: string[] = [];
  const reading = (async () => {
    for await (const { line } of guarded.logs()) lines.push(line);
  })();
  const error: unknown = await reading.catch((reason: unknown) => reason);
  expect(lines).toEqual([SECRET]);
  expect(textOf(error)).not.toContain(SECRET);
});

test("withoutSecrets() masks the secrets of its request", async () => {
  const request = { name: "demo", image: "demo", env: [`PASSWORD=${SECRET}`] };
  const events: ProgressEvent[] = [];
  const options = { observer: (event: ProgressEvent) => void events.push(event) };
  const deployment = await withoutSecrets(request, options, (safe) => new LeakyStrategy().deploy(request, safe));
  expect(textOf([deployment, events])).not.toContain(SECRET);
  const error: unknown = await withoutSecrets(request, {}, () => Promise.reject(failure())).catch(
    (reason: unknown) => reason,
  );
  expect(textOf(error)).not.toContain(SECRET);
});

test("withoutSecrets() passes on an event of a later contract version, and masks all its texts", async () => {
  const events: ProgressEvent[] = [];
  const event = { type: "checkpoint", service: "demo", note: `at ${SECRET}`, step: 3 } as unknown as ProgressEvent;
  await withoutSecrets(
    { name: "demo", image: "app", env: [`A=${SECRET}`] },
    { observer: (seen) => events.push(seen) },
    async ({ observer }): Promise<Deployment> => {
      observer?.(event);
      return { name: "demo", ids: [], image: "app", warnings: [] };
    },
  );
  expect(events).toEqual([{ type: "checkpoint", service: "demo", note: "at ***", step: 3 }]);
});
