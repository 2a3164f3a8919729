import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RawEngine, sweep } from "@openfactory/test-engine";
import { expect, type TestContext } from "vitest";
import { hasSshServer } from "../../../../../packages/docker-engine/test/ssh-server.js";
import { pages, placeOf, root } from "../support/pages.js";
import { type SessionEngine, startSessionEngine } from "./session-engines.js";
import { oneSession, runSession, writeCaptures } from "./session.js";

const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** What a page needs: `["swarm", "registry"]` for `<!-- session: swarm with registry -->`. */
const needsOf = (page: string): string[] | undefined =>
  /^<!-- session: ([a-z, ]+) -->$/m.exec(textOf(page))?.[1]?.split(/ with |, /);

/** The pages that are done step by step. */
export const sessionPages = pages.filter((page) => needsOf(page) !== undefined);

/**
 * Does what a page says, and compares the outputs with the page. With `UPDATE_DOCS=1`, it writes them into the page.
 */
export async function checkSession(page: string, context: TestContext): Promise<void> {
  const needs = needsOf(page) ?? [];
  if (needs.includes("ssh") && !hasSshServer()) context.skip("there is no OpenSSH server on this machine");
  const engine = await startSessionEngine(needs);
  await oneSession(() => compareSession(page, engine));
}

async function compareSession(page: string, engine: SessionEngine): Promise<void> {
  try {
    const differences = await runSession(page, engine);
    if (process.env.UPDATE_DOCS === "1") writeCaptures(page, differences);
    else for (const { block, captured } of differences) expect.soft(captured, placeOf(block)).toBe(block.text);
  } finally {
    const { api } = engine;
    for (const project of api ? projectsOf(page) : [])
      await sweep(api as RawEngine, `org.openfactory.deploy.project=${project}`);
    await engine.end();
  }
}

/** The projects that the files of a page name. */
const projectsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^name: (.+)$/gm)].map(([, name = ""]) => name);
