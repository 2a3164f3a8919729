import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { afterAll, expect, test } from "vitest";
import { readPolicy } from "./read-policy.js";

const folder = mkdtempSync(join(tmpdir(), "policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

const keyPem = (curve: string): string =>
  generateKeyPairSync("ec", { namedCurve: curve }).publicKey.export({ type: "spki", format: "pem" }) as string;
writeFileSync(join(folder, "cosign.pub"), keyPem("prime256v1"));
writeFileSync(join(folder, "other.pub"), keyPem("secp384r1"));
const file = join(folder, "policy.yaml");
const read = (text: string) => {
  writeFileSync(file, text);
  return readPolicy(file);
};

test("readPolicy() reads all rules, and the keys beside the file", async () => {
  const policy = await read(`
privileged: false
host_network: false
engine_socket: false
capabilities: [NET_BIND_SERVICE]
binds: [/srv/data]
devices: []
images:
  digest: true
  registries: [docker.io/library, "registry.example.com:5000"]
  signed_by: [cosign.pub]
`);
  expect(policy).toEqual({
    source: file,
    privileged: false,
    hostNetwork: false,
    engineSocket: false,
    capabilities: ["NET_BIND_SERVICE"],
    binds: ["/srv/data"],
    devices: [],
    images: {
      digest: true,
      registries: ["docker.io/library", "registry.example.com:5000"],
      signedBy: [expect.stringContaining("BEGIN PUBLIC KEY")],
    },
  });
});

test.each([
  ["an unknown key", "privilegd: false", "1:1"],
  ["an unknown key of images", "images:\n  signed: [a]", "2:3"],
  ["an extension key", "x-note: 1", "1:1"],
  ["a variable", "binds: ['${HOME}']", "1:10"],
  ["another kind of value", "privileged: 'no'", "1:13"],
  ["a relative path", "binds: [srv]", "1:9"],
  ["a path with ..", "binds: [/srv/../etc]", "1:9"],
  ["an unreadable key", "images:\n  signed_by: [missing.pub]", "1:1"],
  ["a key of another curve", "images:\n  signed_by: [other.pub]", "2:15"],
  ["no keys", "images:\n  signed_by: []", "2:14"],
  ["a rule twice", "privileged: false\nprivileged: true", "2:1"],
  ["nothing", "", "1:1"],
  ["no mapping", "- privileged", "1:1"],
])("readPolicy() rejects %s with its position", async (_, text, position) => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(DeploymentError.isInstance(error, "INVALID_FILE"), String(error)).toBe(true);
  const [line, column] = position.split(":").map(Number);
  expect((error as DeploymentError).issues[0]?.location).toMatchObject({ line, column });
});

test("readPolicy() rejects a file that can't be read", async () => {
  await expect(readPolicy(join(folder, "none.yaml"))).rejects.toMatchObject({ code: "INVALID_FILE" });
});
