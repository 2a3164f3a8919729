import { describe, expect, it, onTestFinished } from "vitest";
import { withPrograms } from "../../test/programs.js";
import { Connection } from "./connection.js";
import { sshArguments } from "./dial.js";
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
