import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findInstallation } from "./io.js";

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ofdeploy-io-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function addScript(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  return path;
}

test("findInstallation() follows npm's link to the global folder", () => {
  const folder = temporaryFolder();
  const script = addScript(join(folder, "lib/node_modules/ofdeploy/bin/ofdeploy.js"));
  mkdirSync(join(folder, "bin"));
  symlinkSync(script, join(folder, "bin/ofdeploy"));
  expect(findInstallation(join(folder, "bin/ofdeploy"))).toBe(join(folder, "lib"));
});

test("findInstallation() does not follow pnpm's link of the package's folder", () => {
  const folder = temporaryFolder();
  addScript(join(folder, ".pnpm/ofdeploy@1.0.0/node_modules/ofdeploy/bin/ofdeploy.js"));
  mkdirSync(join(folder, "global/node_modules"), { recursive: true });
  symlinkSync(join(folder, ".pnpm/ofdeploy@1.0.0/node_modules/ofdeploy"), join(folder, "global/node_modules/ofdeploy"));
  expect(findInstallation(join(folder, "global/node_modules/ofdeploy/bin/ofdeploy.js"))).toBe(join(folder, "global"));
});

test("findInstallation() returns undefined in a checkout, for a missing script, and without a script", () => {
  const folder = temporaryFolder();
  expect(findInstallation(addScript(join(folder, "apps/cli/bin/ofdeploy.js")))).toBeUndefined();
  expect(findInstallation(join(folder, "absent"))).toBeUndefined();
  expect(findInstallation(undefined)).toBeUndefined();
});
