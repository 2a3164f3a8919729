import { join } from "node:path";
import { createEngine } from "@openfactory/docker-engine";
import { freePort, hasCommand } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { first } from "../../../../../packages/docker-engine/test/bytes.js";
import { type SshServer, startSshServer } from "../../../../../packages/docker-engine/test/ssh-server.js";
import { expectUnreachable } from "./expect-unreachable.js";

let server: SshServer | undefined;
let missing = "";

beforeAll(async () => {
  server = await startSshServer().catch((error: Error) => {
    missing = error.message;
    return undefined;
  });
});
afterAll(() => server?.stop());

function serverOr(context: TestContext): SshServer {
  return server ?? context.skip(`there is no OpenSSH server: ${missing}`);
}

async function withDocker(context: TestContext): Promise<SshServer> {
  if (!(await hasCommand("docker"))) context.skip("there is no docker command on this machine");
  return serverOr(context);
}

describe("an engine behind SSH", () => {
  it("answers several calls over one connection, and calls at the same time", async (context) => {
    const { host } = createEngine();
    if (!host.startsWith("unix://"))
      context.skip(`the engine is at ${host}, and docker system dial-stdio needs a socket`);
    const { address, env } = await withDocker(context);
    const engine = createEngine({ host: `ssh://${address}${host.slice("unix://".length)}`, env: env() });
    onTestFinished(() => engine.close());
    expect((await engine.version()).Os).toBe("linux");
    expect(await Promise.all([engine.info(), engine.containers.list(), engine.networks.list()])).toHaveLength(3);
    const abort = new AbortController();
    const options = { signal: abort.signal, onOpen: () => abort.abort() };
    // Containers of other tests have events, too.
    const none = { label: ["org.openfactory.deploy.test=no-container"] };
    await expect(first(engine.events(none, options))).rejects.toMatchObject({ code: "ABORTED" });
  });

  const known = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
  const only = "-o IdentitiesOnly=yes -o IdentityAgent=none";

  it.for([
    {
      title: "the host key is unknown",
      options: ({ directory }: SshServer) =>
        `-i ${directory}/user -o BatchMode=yes -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null`,
      reason: ({ port }: SshServer) => `the host key of [127.0.0.1]:${port} is not known`,
      hint: "compare the fingerprint, and accept the key",
    },
    {
      title: "the host key has changed",
      options: ({ directory }: SshServer) =>
        `-i ${directory}/user -o BatchMode=yes -o UserKnownHostsFile=${directory}/changed-host`,
      reason: ({ port }: SshServer) => `the host key of [127.0.0.1]:${port} differs from the one in known_hosts`,
      hint: "ssh-keygen -R '[127.0.0.1]:",
    },
    {
      title: "the server does not accept the user's key",
      options: ({ directory }: SshServer) => `-i ${directory}/other ${only} ${known}`,
      reason: () => "the host rejected the login",
      hint: "~/.ssh/authorized_keys",
    },
    {
      title: "the server has no docker command",
      options: ({ directory }: SshServer) => `-i ${directory}/bare ${only} ${known}`,
      reason: () => "there is no docker command on that host",
      hint: "Install Docker there",
    },
  ])("is ENGINE_UNREACHABLE with the reason if $title", async ({ options, reason, hint }, context) => {
    const target = serverOr(context);
    const env = target.envWith(options(target));
    await expectUnreachable({ ...env, DOCKER_HOST: `ssh://${target.address}` }, reason(target), hint);
  });

  it("is ENGINE_UNREACHABLE with the reason if no engine runs on the server", async (context) => {
    const { address, env, directory } = await withDocker(context);
    const DOCKER_HOST = `ssh://${address}${join(directory, "no-engine.sock")}`;
    await expectUnreachable({ ...env(), DOCKER_HOST }, "the engine on that host does not answer", "Start Docker there");
  });

  it("is ENGINE_UNREACHABLE with the reason if no SSH server answers", async (context) => {
    const { env } = serverOr(context);
    const DOCKER_HOST = `ssh://me@127.0.0.1:${await freePort("127.0.0.1")}`;
    await expectUnreachable({ ...env(), DOCKER_HOST }, "the host is unreachable by SSH", "Check the address, the port");
  });

  it("is ENGINE_UNREACHABLE with the reason if there is no ssh program", async () => {
    const env = { PATH: "/nowhere", DOCKER_HOST: "ssh://me@127.0.0.1" };
    await expectUnreachable(env, "there is no ssh program in the PATH", "Install the OpenSSH client");
  });
});
