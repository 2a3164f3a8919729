import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { withPrograms } from "../../test/programs.js";
import { Connection } from "./connection.js";
import { dialerFor, sshArguments } from "./dial.js";
import { dial } from "./dockerode.js";
import type { EngineRequest } from "./engine-call.js";
import { EngineClient } from "./engine-client.js";

const anything = (): undefined => undefined;
const READ = { action: "list things", read: true } as const;
const list: EngineRequest = (docker, signal) => dial(docker, { path: "/things" }, signal);

function over(ssh: string): EngineClient {
  const client = new EngineClient(new Connection({ host: "ssh://me@box:2222", env: withPrograms({ ssh }) }), 10_000);
  onTestFinished(() => client.close());
  return client;
}

describe("sshArguments", () => {
  it("equal the docker command's", () => {
    const endpoint = { kind: "ssh", host: "", hostname: "box", port: 22, user: "me", socketPath: "/d.sock" } as const;
    expect(sshArguments(endpoint).join(" ")).toBe(
      "-o ConnectTimeout=30 -T -l me -p 22 -- box docker --host unix:///d.sock system dial-stdio",
    );
    expect(sshArguments({ kind: "ssh", host: "", hostname: "box" }).join(" ")).toBe(
      "-o ConnectTimeout=30 -T -- box docker system dial-stdio",
    );
  });
});

describe("a connection through ssh", () => {
  it("rejects with the last line of ssh's output", async () => {
    const client = over('echo "me@box: Permission denied (publickey)." >&2; exit 255');
    await expect(client.send(READ, list)).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("ssh: me@box: Permission denied (publickey)."),
      cause: { code: "SSH" },
    });
  });

  it("rejects with the exit code if ssh prints nothing", async () => {
    await expect(over("exit 127").send(READ, list)).rejects.toMatchObject({ message: /exit code 127/ });
  });

  it("ends with the time limit", async () => {
    const client = over("exec sleep 60");
    await expect(client.send(READ, list, { timeoutMs: 200 })).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it("is kept alive for several calls", async () => {
    const answers = `node -e '
      const { Duplex } = require("stream");
      const pipe = Duplex.from({ readable: process.stdin, writable: process.stdout });
      const server = require("http").createServer((request, response) => {
        response.writeHead(200, { "Api-Version": "1.41" }).end(JSON.stringify({ pid: process.pid }));
      });
      server.emit("connection", Object.assign(pipe, { setTimeout() {}, setNoDelay() {} }));'`;
    const client = over(answers);
    const first = await client.json(READ, anything, list);
    expect(await client.json(READ, anything, list)).toEqual(first);
  });
});

describe("connections through ssh", () => {
  /** Opens connections through an `ssh` that does not answer, and counts those that have started it. */
  function open(count: number) {
    const folder = mkdtempSync(join(tmpdir(), "of-ssh-"));
    const env = withPrograms({ ssh: `touch "${folder}/$$"; exec sleep 60` });
    const dial = dialerFor({ kind: "ssh", host: "", hostname: "box" }, env);
    const connections = Array.from({ length: count }, () => dial().on("error", () => {}));
    const close = (): void => connections.forEach((connection) => connection.destroy());
    onTestFinished(() => {
      vi.useRealTimers();
      close();
      rmSync(folder, { recursive: true });
    });
    return { started: () => readdirSync(folder).length, close };
  }

  /** Real time passes, while the timers of the code wait for the test. */
  async function until(isReached: () => boolean): Promise<void> {
    while (!isReached()) await delay(5);
  }

  it("wait while 8 others have not answered for a second", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { started } = open(12);
    await until(() => started() === 8);
    await delay(50);
    expect(started()).toBe(8);
    vi.advanceTimersByTime(1_000);
    await until(() => started() === 12);
  });

  it("do not start if they are closed while they wait", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { started, close } = open(12);
    await until(() => started() === 8);
    close();
    await delay(50);
    expect(started()).toBe(8);
  });
});
