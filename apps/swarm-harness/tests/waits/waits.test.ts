import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { DeploymentError, whileWaiting } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "../cli/support/memory-plugin.js";
import { appFile, type CapturedIo, captureIo, type CommandResult, TestProject } from "../cli/support/run-ofdeploy.js";

const AT_ONCE_MS = 5;
const GIVE_UP_MS = 10_000;

let project: TestProject;
beforeEach(() => {
  project = new TestProject().write(appFile({ web: "" }));
  resetMemory();
});
afterEach(() => project.remove());

const quickIo = (more: Parameters<typeof captureIo>[1] = {}): CapturedIo =>
  Object.assign(captureIo(project.folder, more), { waitAfterMs: AT_ONCE_MS });

/** Resolves when the text of a command matches. @throws Error if it does not in time. */
async function until(textOf: () => string, pattern: RegExp): Promise<void> {
  for (let waited = 0; !pattern.test(textOf()); waited += AT_ONCE_MS) {
    if (waited >= GIVE_UP_MS) throw new Error(`No text matches ${pattern}: ${textOf()}`);
    await sleep(AT_ONCE_MS);
  }
}

/** The strategy holds back an operation until `release` resolves. */
function hold(strategy: object, operation: string, release: () => Promise<void>): void {
  const methods = strategy as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[operation]?.bind(strategy);
  methods[operation] = async (...args) => {
    await release();
    return original?.(...args);
  };
}

describe("an operation of a platform that reports no progress is explained", () => {
  const cases: [operation: string, command: string[], text: RegExp][] = [
    ["list", ["ps"], /waiting for the platform memory to list services, for \d/],
    ["list", ["ls"], /waiting for the platform memory to list services/],
    ["list", ["plan"], /waiting for the platform memory to list services/],
    ["list", ["up"], /waiting for the platform memory to list services/],
    ["lock", ["up"], /waiting for the platform memory to lock project factory/],
    ["preflight", ["up"], /waiting for the platform memory to check the changes before they are made/],
    ["deploy", ["up"], /^web: deploying$/m],
    ["wait", ["up"], /^web: waiting until ready$/m],
    ["unlock", ["up"], /waiting for the platform memory to unlock project factory/],
    ["close", ["up"], /waiting for the platform memory to close its connections/],
    ["list", ["down"], /waiting for the platform memory to list services/],
    ["remove", ["down"], /^web: removing$/m],
    ["wait", ["wait"], /^web: waiting until ready$/m],
    ["inspect", ["exec", "web", "exit", "0"], /waiting for the platform memory to inspect service web/],
    ["scale", ["scale", "web=2"], /^web: scaling 1 to 2$/m],
    ["restart", ["restart"], /^web: restarting$/m],
    ["stop", ["stop"], /^web: stopping$/m],
    ["diagnose", ["doctor"], /waiting for the platform memory to (?:check itself|list services)/],
  ];
  test.each(cases)("%s during %j", async (operation, command, text) => {
    const strategy = resetMemory();
    const held = operation === "diagnose" ? "list" : operation;
    if (command[0] !== "up") expect(await project.run("up")).toMatchObject({ code: 0 });
    const io = quickIo();
    let wasHeld = false;
    hold(strategy, held, async () => {
      wasHeld = true;
      await until(() => io.stderr.text, text);
    });
    const { code, err } = await project.runOnMemory(io, ...command);
    expect(code, err).toBe(0);
    expect(wasHeld).toBe(true);
  });
});

describe("a wait is shown", () => {
  const list = async (io: CapturedIo, pattern: RegExp, output: "stdout" | "stderr", ...args: string[]) => {
    const strategy = resetMemory();
    hold(strategy, "list", () => until(() => io[output].text, pattern));
    return project.runOnMemory(io, ...args);
  };

  test("as an event with --json, with another one when it is over, and stdout has only events", async () => {
    const { code, events, err } = await list(quickIo(), /"action":"list services"/, "stdout", "ps", "--json");
    expect(code).toBe(0);
    expect(err).toBe("");
    const waits = events.filter(({ event }) => event === "wait");
    const subject = "the platform memory";
    expect(waits).toContainEqual(expect.objectContaining({ state: "pending", subject, action: "list services" }));
    expect(waits).toContainEqual(expect.objectContaining({ state: "over", subject, action: "list services" }));
    expect(events.at(-1)).toMatchObject({ event: "result", ok: true });
  });

  test("as a line that is redrawn on a terminal, and removed before the result", async () => {
    const io = quickIo({ isTTY: true });
    const order: string[] = [];
    io.stderr.onWrite = (text) => order.push(text);
    io.stdout.onWrite = (text) => order.push(text);
    const { code } = await list(io, /waiting for the platform memory/, "stderr", "ps");
    expect(code).toBe(0);
    const drawn = order.findIndex((text) => text.includes("waiting for the platform memory"));
    const erased = order.findLastIndex((text) => text.endsWith("\u001b[1A\r\u001b[J"));
    const result = order.findIndex((text) => text.includes("APP"));
    expect(drawn).toBeGreaterThanOrEqual(0);
    expect(erased).toBeGreaterThan(drawn);
    expect(result).toBeGreaterThan(erased);
    expect(order.slice(erased + 1).join("")).not.toContain("waiting for");
  });

  test("below the lines of apps on a terminal", async () => {
    const io = quickIo({ isTTY: true });
    const strategy = resetMemory();
    const wait = { subject: "the engine at tcp://a", action: "create container web", level: "call" } as const;
    hold(strategy, "deploy", () =>
      // oxlint-disable-next-line no-control-regex -- the end of a drawn frame
      whileWaiting(wait, () =>
        until(() => io.stderr.text, /web [^\n]*deploying\n[^\n]*waiting for the engine at tcp:/),
      ),
    );
    const { code, err } = await project.runOnMemory(io, "up");
    expect(code, err).toBe(0);
  });

  test("once for each kind in a log, not again and again", async () => {
    const io = quickIo();
    hold(resetMemory(), "list", async () => {
      await until(() => io.stderr.text, /list services/);
      await sleep(10 * AT_ONCE_MS);
    });
    await project.runOnMemory(io, "ps");
    expect(io.stderr.text.match(/list services/g)).toHaveLength(1);
  });

  test.each([["--quiet"], ["--log-level=warn"]])("not with %s", async (option) => {
    const io = quickIo();
    hold(resetMemory(), "list", () => sleep(20 * AT_ONCE_MS));
    const { code, err } = await project.runOnMemory(io, "ps", option);
    expect(code).toBe(0);
    expect(err).toBe("");
  });

  test("on stderr by `config --json`, whose stdout is one document", async () => {
    const io = quickIo({ stdin: "-" });
    const text = appFile({ web: "" });
    const stdin = async function* () {
      await until(() => io.stderr.text, /waiting for standard input to end/);
      yield text;
    };
    Object.assign(io, { stdin: Readable.from(stdin()) });
    process.chdir(project.folder);
    const { run } = await import("ofdeploy");
    expect(await run(["config", "--json", "-f", "-"], io), io.stderr.text).toBe(0);
    expect(JSON.parse(io.stdout.text)).toMatchObject({ apps: { web: {} } });
  });

  test("not after the command has ended with an error", async () => {
    const io = quickIo();
    hold(resetMemory(), "list", async () => {
      await until(() => io.stderr.text, /list services/);
      throw new DeploymentError("ENGINE_ERROR", "Lost.");
    });
    expect((await project.runOnMemory(io, "ps")).code).toBe(1);
    const { text } = io.stderr;
    await whileWaiting({ subject: "another", action: "end", level: "call" }, () => sleep(10 * AT_ONCE_MS));
    expect(io.stderr.text).toBe(text);
  });
});

describe("what a command reads is explained", () => {
  const read = (io: CapturedIo, ...args: string[]): Promise<CommandResult> => project.runWith(io, args);

  test("standard input", async () => {
    const io = quickIo();
    const stdin = async function* () {
      await until(() => io.stderr.text, /^waiting for standard input to end, for /m);
      yield appFile({ web: "" });
    };
    Object.assign(io, { stdin: Readable.from(stdin()) });
    expect(await read(io, "validate", "-f", "-")).toMatchObject({ code: 0 });
  });

  test("a pipe, such as <(command) of a shell", async () => {
    const pipe = join(project.folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const io = quickIo();
    const writing = until(() => io.stderr.text, /^waiting for the pipe or device .*pipe to send its content/m).then(
      () => writeFileSync(pipe, appFile({ web: "" })),
    );
    expect(await read(io, "validate", "-f", pipe)).toMatchObject({ code: 0 });
    await writing;
  });

  test("the server of a device model, without its address", async () => {
    const io = quickIo({ env: { TOKEN: "hunter2" } });
    const server = createServer((_, response) => {
      void until(() => io.stderr.text, /^waiting for the server of a device's file to send it/m).then(() =>
        response.end("<MTConnectDevices/>"),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    project.write(`devices:
  press:
    uuid: PRESS
    connector:
      type: mtconnect
      agent: { port: 5000, device_xml: "http://127.0.0.1:${port}/press.xml?token=\${TOKEN}", adapter: { ip: 10.0.0.1, port: 7878 } }
`);
    const { err } = await read(io, "validate");
    server.close();
    expect(err).toContain("a device's file");
    expect(err).not.toContain("hunter2");
  });
});
