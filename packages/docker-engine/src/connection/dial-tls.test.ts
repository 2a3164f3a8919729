import { generateKeyPairSync } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { createEngine } from "../create-engine.js";
import { AUTHORITY, EXPIRED_CLIENT } from "../../test/pem.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";

const { privateKey } = generateKeyPairSync("ec", {
  namedCurve: "prime256v1",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

it.each([
  ["of another certificate", privateKey, "cert.pem and key.pem don't belong together"],
  ["that is no PEM text", "no PEM text", "ca.pem, cert.pem or key.pem is not valid"],
])("a call with a key %s is ENGINE_UNREACHABLE", async (_title, key, reason) => {
  const DOCKER_CERT_PATH = temporaryDirectory({ "ca.pem": AUTHORITY, "cert.pem": EXPIRED_CLIENT, "key.pem": key });
  const env = { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH };
  const engine = createEngine({ env });
  onTestFinished(() => engine.close());
  await expect(engine.version()).rejects.toMatchObject({
    code: "ENGINE_UNREACHABLE",
    message: expect.stringContaining(reason),
  });
});
