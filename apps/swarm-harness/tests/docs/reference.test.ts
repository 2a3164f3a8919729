import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectCases } from "../../../../packages/strategy-contract-tests/test/collect-cases.js";
import { REQUEST_FIELDS } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { proxyFiles } from "../engine-calls/socket-proxies.js";
import { root } from "./support/pages.js";
import { appFilePage, fieldsOfKeys } from "./support/reference/app-file.js";
import { commandPage } from "./support/reference/command.js";
import { contractCasesPage, contractPage } from "./support/reference/contract.js";
import { engineCallsPage } from "./support/reference/engine-calls.js";
import { platformsPage } from "./support/reference/platforms.js";

const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/reference/app-file.md": appFilePage,
  "docs/reference/command.md": commandPage,
  "docs/reference/platforms.md": platformsPage,
  "docs/contract.md": async () => contractPage(await collectCases()),
  "docs/reference/contract-cases.md": async () => contractCasesPage(await collectCases()),
  "docs/reference/engine-calls.md": engineCallsPage,
  ...proxyFiles,
};

/** `npm run format` pads the cells of tables. */
const withoutPadding = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test.each(Object.entries(PAGES))("%s is up to date (`npm run docs:update` writes it)", async (path, write) => {
  const file = join(root, path);
  const before = existsSync(file) ? withoutPadding(readFileSync(file, "utf8")) : "";
  const written = await write();
  if (process.env["UPDATE_DOCS"] !== "1") expect(before).toBe(withoutPadding(written));
  else if (before !== withoutPadding(written)) writeFileSync(file, written);
});

test("each field of a request belongs to a key of an app, and each key to existing fields", () => {
  expect([...fieldsOfKeys()].sort()).toEqual([...REQUEST_FIELDS].sort());
});
