import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { checkPermissions } from "./check-permissions.js";

const folder = mkdtempSync(join(tmpdir(), "permissions-"));
afterAll(() => rmSync(folder, { recursive: true }));
const names = ["docker.sock", "key.pem", "config.json", ".env", "policy.yaml"];
const at = (name: string): string => join(folder, name);
const check = () =>
  checkPermissions(
    { host: `unix://${at("docker.sock")}`, policies: [at("policy.yaml")], envFiles: [at(".env"), at("missing.env")] },
    { env: { DOCKER_CONFIG: folder } },
  );
beforeEach(() => {
  for (const name of names) {
    writeFileSync(at(name), "");
    chmodSync(at(name), name === "docker.sock" ? 0o660 : name === "policy.yaml" ? 0o644 : 0o600);
  }
});

test("files that only their owner can change, and read where they hold secrets, are no finding", () => {
  expect(check()).toEqual([]);
});

test.each([
  ["docker.sock", 0o666, "chmod o-rw"],
  ["key.pem", 0o644, "chmod go-rwx"],
  ["config.json", 0o604, "chmod go-rwx"],
  [".env", 0o620, "chmod go-rwx"],
  ["policy.yaml", 0o664, "chmod go-w"],
  ["policy.yaml", 0o646, "chmod go-w"],
])("%s with mode %o is a warning with the command that corrects it", (name, mode, hint) => {
  chmodSync(at(name), mode);
  expect(check()).toMatchObject([
    {
      check: `permissions of ${at(name)}`,
      state: "warning",
      detail: expect.stringContaining(`mode 0${mode.toString(8)}`),
      hint: expect.stringContaining(`${hint} ${at(name)}`),
    },
  ]);
});
