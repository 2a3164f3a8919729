import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shareSwarm } from "@openfactory/swarm-harness";
import { engineApi, ensureTestImage, RawEngine, settings, sweep } from "@openfactory/test-engine";
import { expect } from "vitest";
import { pages, placeOf, root } from "../support/pages.js";
import { runSession, type SessionEngine, writeCaptures } from "./session.js";

/** The image of the pages. The test engine's busybox has its name, so that no registry is needed. */
const IMAGE = "busybox:1.36";

type Kind = "engine" | "swarm";

/** The pages with the comment `<!-- session: engine -->` or `<!-- session: swarm -->`: they are done step by step. */
export const sessionPages = (kind: Kind): string[] =>
  pages.filter((page) => readFileSync(join(root, page), "utf8").includes(`\n<!-- session: ${kind} -->\n`));

/**
 * Does what a page says, and compares the outputs with the page. With `UPDATE_DOCS=1`, it writes them into the page.
 */
export async function checkSession(page: string, kind: Kind): Promise<void> {
  const { engine, end } = await { engine: useEngine, swarm: useSwarm }[kind]();
  try {
    const differences = await runSession(page, engine);
    if (process.env.UPDATE_DOCS === "1") writeCaptures(page, differences);
    else for (const { block, captured } of differences) expect.soft(captured, placeOf(block)).toBe(block.text);
  } finally {
    for (const project of projectsOf(page)) await sweep(engine.api, `org.openfactory.deploy.project=${project}`);
    await end();
  }
}

/** The projects that the files of a page name. */
const projectsOf = (page: string): string[] =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^name: (.+)$/gm)].map(([, name = ""]) => name);

interface Used {
  readonly engine: SessionEngine & { readonly api: RawEngine };
  readonly end: () => Promise<void>;
}

async function useEngine(): Promise<Used> {
  const host = process.env.DOCKER_HOST ?? "";
  const api = new RawEngine(host);
  const created = await ensureTestImage(api, IMAGE);
  return {
    engine: {
      api,
      env: { DOCKER_HOST: host },
      shown: { [host]: "unix:///var/run/docker.sock", [settings().dir]: "/var" },
    },
    end: async () => void (created && (await engineApi("DELETE", `/images/${IMAGE}`))),
  };
}

async function useSwarm(): Promise<Used> {
  const { end } = await useEngine();
  const swarm = await shareSwarm({ images: [IMAGE] });
  const { host, address } = swarm.managers[0] ?? swarm.nodes[0] ?? expect.fail("the swarm has no node");
  return {
    engine: {
      api: new RawEngine(host),
      env: { DOCKER_HOST: host, MANAGER: address },
      shown: { [host]: "ssh://me@manager-1", [address]: "manager-1" },
    },
    async end() {
      await swarm.down();
      await end();
    },
  };
}
