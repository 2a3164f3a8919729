import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCommand } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { createEngine, type EngineOptions } from "@openfactory/docker-engine";
import type { DockerEngine } from "@openfactory/docker-engine";
import { contextFiles } from "../../../../../packages/docker-engine/test/contexts.js";
import { tcpProxy, tlsProxy } from "../../../../../packages/docker-engine/test/proxies.js";
import { temporaryDirectory } from "../../../../../packages/docker-engine/test/temporary-directory.js";
import {
  type TestCertificates,
  testCertificates,
} from "../../../../../packages/docker-engine/test/test-certificates.js";
import { startTlsEngine, type TlsEngine } from "../../../../../packages/docker-engine/test/tls-engine.js";
import { expectUnreachable } from "./expect-unreachable.js";

function socketOf(context: TestContext): string {
  const { host } = createEngine();
  if (!host.startsWith("unix://")) context.skip(`the engine is at ${host}, and the proxy needs a Unix socket`);
  return host.slice("unix://".length);
}

function engineWith(options: EngineOptions): DockerEngine {
  const engine = createEngine({ ...options, env: { DOCKER_CONFIG: "/nowhere", ...options.env } });
  onTestFinished(() => engine.close());
  return engine;
}

async function behindTls(context: TestContext): Promise<{ host: string; certificates: TestCertificates }> {
  const socket = socketOf(context);
  const certificates = await testCertificates();
  return { host: `tcp://127.0.0.1:${await tlsProxy(socket, certificates)}`, certificates };
}

describe("an engine behind TCP", () => {
  it("answers calls", async (context) => {
    const engine = engineWith({ host: `tcp://127.0.0.1:${await tcpProxy(socketOf(context))}` });
    expect((await engine.version()).Os).toBe("linux");
  });
});

describe("an engine behind TLS", () => {
  it("answers a client with a certificate of its authority", async (context) => {
    const { host, certificates } = await behindTls(context);
    const env = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certificates.clientDirectory };
    const engine = engineWith({ env });
    expect((await engine.version()).Os).toBe("linux");
    expect(await Promise.all([engine.info(), engine.containers.list()])).toHaveLength(2);
  });

  it("answers through a context", async (context) => {
    const { host, certificates } = await behindTls(context);
    const pem = Object.fromEntries(
      ["ca.pem", "cert.pem", "key.pem"].map((file) => [
        file,
        readFileSync(`${certificates.clientDirectory}/${file}`, "utf8"),
      ]),
    );
    const DOCKER_CONFIG = temporaryDirectory(contextFiles("tls", { Host: host }, pem));
    expect((await engineWith({ context: "tls", env: { DOCKER_CONFIG } }).version()).Os).toBe("linux");
  });

  it("is ENGINE_UNREACHABLE with the date if its certificate has expired", async (context) => {
    const certificates = await testCertificates({ serverDays: -1 });
    const DOCKER_HOST = `tcp://127.0.0.1:${await tlsProxy(socketOf(context), certificates)}`;
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const env = { DOCKER_HOST, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certificates.clientDirectory };
    const reason = `the engine's certificate (server, issued by test ca) has expired on ${yesterday}`;
    await expectUnreachable(env, reason, "Issue a new certificate");
  });

  it("answers with DOCKER_TLS, without a check", async (context) => {
    const { host, certificates } = await behindTls(context);
    const env = { DOCKER_HOST: host, DOCKER_TLS: "1", DOCKER_CERT_PATH: certificates.clientDirectory };
    expect((await engineWith({ env }).version()).Os).toBe("linux");
  });

  it("is ENGINE_UNREACHABLE for a client without TLS", async (context) => {
    const { host } = await behindTls(context);
    await expect(engineWith({ host }).version()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });
});

describe("dockerd --tlsverify", () => {
  let directory: string;
  let certificates: TestCertificates;
  let dockerd: TlsEngine | undefined;
  let missing = "";

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "of-dockerd-"));
    certificates = await testCertificates({ directory });
    if (process.getuid?.() !== 0) missing = "only root can start dockerd";
    else if (!(await hasCommand("dockerd"))) missing = "there is no dockerd on this machine";
    else dockerd = await startTlsEngine(directory);
  });
  afterAll(async () => {
    await dockerd?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The settings of a client with these files. */
  function clientOf(files: Record<string, string>, context: TestContext, hostname = "127.0.0.1") {
    const { port } = dockerd ?? context.skip(missing);
    const DOCKER_CONFIG = temporaryDirectory(files);
    return { DOCKER_HOST: `tcp://${hostname}:${port}`, DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG };
  }
  const filesOf = ({ ca, clientDirectory }: TestCertificates) => ({
    "ca.pem": ca,
    "cert.pem": readFileSync(join(clientDirectory, "cert.pem"), "utf8"),
    "key.pem": readFileSync(join(clientDirectory, "key.pem"), "utf8"),
  });

  it("answers a client with a certificate of its authority", async (context) => {
    const engine = engineWith({ env: clientOf(filesOf(certificates), context) });
    expect(await engine.version()).toMatchObject({ Os: "linux" });
    expect(await Promise.all([engine.info(), engine.containers.list()])).toMatchObject([{}, []]);
  });

  it.for([
    ["other ca", "was not signed by the authority of ca.pem (other ca, issued by other ca)"],
    ["test ca", "(test ca, issued by test ca), which has the same name and another key"],
  ] as const)("is rejected if ca.pem is another authority, %s", async ([authority, reason], context) => {
    const other = await testCertificates({ authority });
    const files = { ...filesOf(certificates), "ca.pem": other.ca };
    await expectUnreachable(clientOf(files, context), reason, "into ca.pem of DOCKER_CERT_PATH");
  });

  it("is rejected if its certificate is for another host name", async (context) => {
    const env = clientOf(filesOf(certificates), context, "localhost");
    const reason = "is not for the host name localhost, but for IP Address:127.0.0.1";
    await expectUnreachable(env, reason, "with localhost in its subjectAltName");
  });

  it("rejects a client without a certificate", async (context) => {
    const env = clientOf({ "ca.pem": certificates.ca }, context);
    await expectUnreachable(
      env,
      "the engine requires a client certificate, and none is set",
      "Put cert.pem and key.pem",
    );
  });

  it("rejects a client with a certificate of another authority", async (context) => {
    const other = filesOf(await testCertificates({ authority: "other ca" }));
    const env = clientOf({ ...other, "ca.pem": certificates.ca }, context);
    await expectUnreachable(
      env,
      "the engine rejected the client certificate (client, issued by other ca)",
      "--tlscacert",
    );
  });
});
