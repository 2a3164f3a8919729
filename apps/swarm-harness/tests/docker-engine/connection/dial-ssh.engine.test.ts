import { hasCommand } from "@openfactory/test-engine";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { createEngine } from "@openfactory/docker-engine";
import { first } from "../../../../../packages/docker-engine/test/bytes.js";
import { hasSshServer, sshServer } from "../../../../../packages/docker-engine/test/ssh-server.js";

async function socketOf(context: TestContext): Promise<string> {
  const { host } = createEngine();
  if (!host.startsWith("unix://"))
    context.skip(`the engine is at ${host}, and docker system dial-stdio needs a socket`);
  if (!hasSshServer()) context.skip("there is no OpenSSH server on this machine");
  if (!(await hasCommand("docker"))) context.skip("there is no docker command on this machine");
  return host.slice("unix://".length);
}

describe("an engine behind SSH", () => {
  it("answers several calls over one connection, and calls at the same time", async (context) => {
    const socket = await socketOf(context);
    const { address, env } = await sshServer();
    const engine = createEngine({ host: `ssh://${address}${socket}`, env });
    onTestFinished(() => engine.close());
    expect((await engine.version()).Os).toBe("linux");
    expect(await Promise.all([engine.info(), engine.containers.list(), engine.networks.list()])).toHaveLength(3);
    const abort = new AbortController();
    const options = { signal: abort.signal, onOpen: () => abort.abort() };
    await expect(first(engine.events({}, options))).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("is ENGINE_UNREACHABLE with ssh's message if the login fails", async (context) => {
    await socketOf(context);
    const { address, env } = await sshServer();
    const refused = createEngine({ host: `ssh://${address.replace(/^[^@]*/, "unknown-user")}`, env });
    onTestFinished(() => refused.close());
    await expect(refused.version()).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("Permission denied"),
    });
  });
});
