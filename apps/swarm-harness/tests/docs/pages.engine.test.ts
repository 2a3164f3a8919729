import { expect, test } from "vitest";
import { checkSession, sessionPages } from "./session/check-session.js";

const pages = sessionPages("engine");

test("the tutorial is among the pages that are done on an engine", () => {
  expect(pages).toContain("docs/tutorial/index.md");
});

test.each(pages)("%s works as written, and shows today's output", (page) => checkSession(page, "engine"), 300_000);
