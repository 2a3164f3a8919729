import { DeploymentError, type ServiceStatus } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

const SECRET = 's3cr3t "of" the-app\\1';
const CONTENT = "content-of-the-secret";
const PASSWORD = "pass-of-the-shell";
/** A text of an engine, a registry or a process that repeats the secrets. */
const leak = `it says ${SECRET} and ${JSON.stringify(SECRET)} and ${CONTENT} at https://ada:${PASSWORD}@registry.example/`;

let project: TestProject;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  project = new TestProject();
  memory = resetMemory();
  Object.assign(memory.manifest, { capabilities: [...memory.manifest.capabilities, "diagnose", "refreshAuth"] });
  project.write(fileWith("")).write(`${CONTENT}\n`, "key.txt");
});
afterEach(() => project.remove());

const fileWith = (more: string): string =>
  `${appFile({ web: `environment: [${JSON.stringify(`QUERY=${SECRET}`)}]\nsecrets: [key]\n${more}`, db: "" })}secrets:\n  key:\n    file: key.txt\n`;

const failure = (): DeploymentError =>
  new DeploymentError("ENGINE_ERROR", leak, {
    hint: leak,
    help: leak,
    issues: [{ message: leak, hint: leak }],
    instance: { id: "1", error: leak, lastLogLines: [leak] },
    cause: Object.assign(new Error(leak), { cause: new TypeError(leak) }),
  });

async function outputOf(...args: string[]): Promise<string> {
  const io = captureIo(project.folder, { env: { OFDEPLOY_DEBUG: "1", DB_PASSWORD: PASSWORD } });
  const { out, err } = await project.runOnMemory(io, ...args);
  return out + err;
}

function expectSecrecy(text: string): void {
  expect(text).toContain("***");
  for (const secret of [SECRET, JSON.stringify(SECRET).slice(1, -1), "of the-app", CONTENT, PASSWORD])
    expect(text).not.toContain(secret);
}

/** Makes operations of the strategy fail with the same error. */
const failing = (...operations: readonly (keyof MemoryDeploymentStrategy | "refreshAuth" | "diagnose")[]): void => {
  for (const operation of operations) Object.assign(memory, { [operation]: () => Promise.reject(failure()) });
};

const commands = [
  ["up", ["deploy", "update"]],
  ["plan", ["list"]],
  ["ps", ["list"]],
  ["down", ["remove", "removeResource"]],
  ["rollback web", ["rollback"]],
  ["scale web=2", ["scale"]],
  ["refresh-auth", ["refreshAuth"]],
  ["doctor", ["diagnose"]],
  ["logs web", ["logs"]],
  ["adopt web", ["list"]],
] as const;

test.each(
  commands.flatMap(([command, operations]) => [
    [command, [], operations] as const,
    [command, ["--json"], operations] as const,
  ]),
)("%s %j masks secrets in errors of the strategy, also with OFDEPLOY_DEBUG=1", async (command, more, operations) => {
  if (command !== "up") await project.run("up");
  if (command.startsWith("rollback")) {
    project.write(fileWith("labels: {a: b}"));
    await project.run("up");
  }
  failing(...operations);
  if (command.startsWith("logs")) {
    Object.assign(memory, {
      async *logs() {
        yield* [];
        throw failure();
      },
    });
  }
  expectSecrecy(await outputOf(...command.split(" "), ...more));
});

test.each([[[]], [["--json"]]])(
  "ps and up %j mask secrets in errors of instances and in preflight findings",
  async (more) => {
    await project.run("up");
    const { list } = memory;
    const withError = (status: ServiceStatus): ServiceStatus => ({
      ...status,
      instances: status.instances.map((one) => ({ ...one, state: "failed", engineState: "rejected", error: leak })),
    });
    memory.list = async (options) => (await list.call(memory, options)).map(withError);
    // Without --json, ps prints no texts of the engine.
    expectSecrecy(`*** ${await outputOf("ps", ...more)}`);
    memory.list = list;
    memory.preflight = async () => [{ code: "CONFLICT", service: "web", message: leak, hint: leak }];
    project.write(fileWith("labels: {a: b}"));
    expectSecrecy(await outputOf("up", ...more));
  },
);

test("logs prints the lines of an app unmasked", async () => {
  await project.run("up");
  Object.assign(memory, {
    async *logs() {
      yield {
        service: "web",
        instance: "web",
        stream: "stdout",
        timestamp: "2026-01-01T00:00:00Z",
        line: `I have ${SECRET}`,
      };
    },
  });
  expect(await outputOf("logs", "web")).toContain(`I have ${SECRET}`);
});
