import { DeploymentError, type ServiceStatus } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, Workplace } from "./support/run-ofdeploy.js";

const SECRET = 's3cr3t "of" the-app\\1';
const CONTENT = "content-of-the-secret";
const PASSWORD = "pass-of-the-shell";
/** What an engine, a registry or a program may say. */
const words = `it says ${SECRET} and ${JSON.stringify(SECRET)} and ${CONTENT} at https://ada:${PASSWORD}@registry.example/`;

let place: Workplace;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  place = new Workplace();
  memory = resetMemory();
  Object.assign(memory.manifest, { capabilities: [...memory.manifest.capabilities, "diagnose", "refreshAuth"] });
  place.write(fileWith("")).write(`${CONTENT}\n`, "key.txt");
});
afterEach(() => place.remove());

const fileWith = (more: string): string =>
  `${appFile({ web: `environment: [${JSON.stringify(`QUERY=${SECRET}`)}]\nsecrets: [key]\n${more}`, db: "" })}secrets:\n  key:\n    file: key.txt\n`;

const failure = (): DeploymentError =>
  new DeploymentError("ENGINE_ERROR", words, {
    hint: words,
    issues: [{ message: words, hint: words }],
    instance: { id: "1", error: words, lastLogLines: [words] },
    cause: Object.assign(new Error(words), { cause: new TypeError(words) }),
  });

async function outputOf(...args: string[]): Promise<string> {
  const io = captureIo(place.folder, { env: { OFDEPLOY_DEBUG: "1", DB_PASSWORD: PASSWORD } });
  const { out, err } = await place.runOnMemory(io, ...args);
  return out + err;
}

function expectSecrecy(text: string): void {
  expect(text).toContain("***");
  for (const secret of [SECRET, JSON.stringify(SECRET).slice(1, -1), "of the-app", CONTENT, PASSWORD])
    expect(text).not.toContain(secret);
}

/** All that the strategy can be asked for ends in the same error. */
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
)(
  "%s %j repeats no secret that is in an error of the strategy, though OFDEPLOY_DEBUG is 1",
  async (command, more, operations) => {
    if (command !== "up") await place.run("up");
    if (command.startsWith("rollback")) {
      place.write(fileWith("labels: {a: b}"));
      await place.run("up");
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
  },
);

test.each([[[]], [["--json"]]])(
  "ps %j repeats no secret that is in an instance's error; progress and findings repeat none either",
  async (more) => {
    await place.run("up");
    const { list } = memory;
    const withError = (status: ServiceStatus): ServiceStatus => ({
      ...status,
      instances: status.instances.map((one) => ({ ...one, state: "failed", engineState: "rejected", error: words })),
    });
    memory.list = async (options) => (await list.call(memory, options)).map(withError);
    // For people, ps tells no words of engines.
    expectSecrecy(`*** ${await outputOf("ps", ...more)}`);
    memory.list = list;
    memory.preflight = async () => [{ code: "CONFLICT", service: "web", message: words, hint: words }];
    place.write(fileWith("labels: {a: b}"));
    expectSecrecy(await outputOf("up", ...more));
  },
);

test("logs prints the lines of an app unmasked", async () => {
  await place.run("up");
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
