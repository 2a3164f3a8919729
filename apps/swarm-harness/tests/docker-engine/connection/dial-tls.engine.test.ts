import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { createEngine, type EngineOptions } from "@openfactory/docker-engine";
import type { DockerEngine } from "@openfactory/docker-engine";
import { contextFiles } from "../../../../../packages/docker-engine/test/contexts.js";
import { tcpProxy, tlsProxy } from "../../../../../packages/docker-engine/test/proxies.js";
import { temporaryDirectory } from "../../../../../packages/docker-engine/test/temporary-directory.js";
import {
  type TestCertificates,
  testCertificates,
} from "../../../../../packages/docker-engine/test/test-certificates.js";

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
    const { readFileSync } = await import("node:fs");
    const pem = Object.fromEntries(
      ["ca.pem", "cert.pem", "key.pem"].map((file) => [
        file,
        readFileSync(`${certificates.clientDirectory}/${file}`, "utf8"),
      ]),
    );
    const DOCKER_CONFIG = temporaryDirectory(contextFiles("tls", { Host: host }, pem));
    expect((await engineWith({ context: "tls", env: { DOCKER_CONFIG } }).version()).Os).toBe("linux");
  });

  it("is ENGINE_UNREACHABLE if another authority signed its certificate, unless the check is off", async (context) => {
    const { host } = await behindTls(context);
    const DOCKER_CERT_PATH = (await testCertificates()).clientDirectory;
    const checking = engineWith({ env: { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH } });
    await expect(checking.version()).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("the TLS connection failed"),
    });
  });

  it("is ENGINE_UNREACHABLE for a client without a certificate", async (context) => {
    const { host, certificates } = await behindTls(context);
    const DOCKER_CONFIG = temporaryDirectory({ "ca.pem": certificates.ca });
    const engine = engineWith({ env: { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG } });
    await expect(engine.version()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
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
