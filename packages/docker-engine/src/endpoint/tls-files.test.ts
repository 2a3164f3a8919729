import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { environmentTls } from "./tls-files.js";

const pem = { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" };

describe("environmentTls", () => {
  it("is undefined without DOCKER_TLS_VERIFY and DOCKER_TLS", () => {
    expect(environmentTls({ DOCKER_CERT_PATH: "/nowhere" })).toBeUndefined();
  });

  it("checks the engine's certificate with DOCKER_TLS_VERIFY, and not with DOCKER_TLS", () => {
    const DOCKER_CERT_PATH = temporaryDirectory(pem);
    const files = { ca: "CA", cert: "CERT", key: "KEY" };
    expect(environmentTls({ DOCKER_CERT_PATH, DOCKER_TLS_VERIFY: "1" })).toEqual({ ...files, verify: true });
    expect(environmentTls({ DOCKER_CERT_PATH, DOCKER_TLS: "1" })).toEqual({ ...files, verify: false });
  });

  it("reads optional files from the Docker configuration", () => {
    const DOCKER_CONFIG = temporaryDirectory({ "ca.pem": "CA" });
    expect(environmentTls({ DOCKER_CONFIG, DOCKER_TLS_VERIFY: "1" })).toEqual({ ca: "CA", verify: true });
  });

  it("rejects a DOCKER_CERT_PATH without the files", () => {
    const env = { DOCKER_CERT_PATH: temporaryDirectory(), DOCKER_TLS_VERIFY: "1" };
    expect(() => environmentTls(env)).toThrow(/ca\.pem can't be read \(ENOENT\)/);
  });
});
