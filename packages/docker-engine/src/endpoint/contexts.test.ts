import { describe, expect, it } from "vitest";
import { contextFiles } from "../../test/contexts.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { contextNames, readContext } from "./contexts.js";

const HOST = "tcp://prod:2376";
const pem = { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" };
const inDirectory = (files: Record<string, string>) => ({ DOCKER_CONFIG: temporaryDirectory(files) });

describe("readContext", () => {
  it("returns address and TLS material", () => {
    const env = inDirectory(contextFiles("prod", { Host: HOST }, pem));
    expect(readContext("prod", "--context", env)).toMatchObject({
      host: HOST,
      tls: { ca: "CA", cert: "CERT", key: "KEY", verify: true },
    });
  });

  it("applies SkipTLSVerify, with and without files", () => {
    const docker = { Host: HOST, SkipTLSVerify: true };
    expect(readContext("a", "x", inDirectory(contextFiles("a", docker, pem)))).toMatchObject({
      tls: { cert: "CERT", verify: false },
    });
    expect(readContext("a", "x", inDirectory(contextFiles("a", docker)))).toMatchObject({ tls: { verify: false } });
  });

  it("has no TLS if the context has none", () => {
    const env = inDirectory(contextFiles("plain", { Host: "tcp://lab" }));
    expect(readContext("plain", "x", env)).toMatchObject({ port: 2375, tls: undefined });
  });

  it("lists the existing contexts if the name is unknown", () => {
    const env = inDirectory({ ...contextFiles("prod", { Host: HOST }), ...contextFiles("lab", { Host: HOST }) });
    expect(() => readContext("nope", "--context", env)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", hint: "Use one of: default, lab, prod." }),
    );
  });

  it("rejects a context without an endpoint, and a malformed one", () => {
    expect(() => readContext("empty", "x", inDirectory(contextFiles("empty", {})))).toThrow("has no Docker endpoint");
    const [path = ""] = Object.keys(contextFiles("broken", {}));
    const env = inDirectory({ [path]: "{" });
    expect(() => readContext("broken", "x", env)).toThrow("meta.json can't be read");
    expect(contextNames(env)).toEqual(["default"]);
  });

  it("rejects a certificate without its key", () => {
    const env = inDirectory(contextFiles("half", { Host: HOST }, { "cert.pem": "CERT" }));
    expect(() => readContext("half", "x", env)).toThrow("has only one of cert.pem and key.pem");
  });
});
