import { expect, test } from "vitest";
import { checkSession, sessionPages } from "./session/check-session.js";

const pages = sessionPages("swarm");

test("the tutorial is among the pages that are done on a swarm", () => {
  expect(pages).toContain("docs/tutorial/swarm.md");
});

test.each(pages)("%s works as written, and shows today's output", (page) => checkSession(page, "swarm"), 300_000);
