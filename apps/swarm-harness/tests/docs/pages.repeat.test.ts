import { expect, test } from "vitest";
import { checkSession, sessionPages } from "./session/check-session.js";

const pages = sessionPages.filter((page) => page !== "docs/tutorial/index.md");

test("the second tutorial is among the pages that are done step by step", () => {
  expect(pages).toContain("docs/tutorial/swarm.md");
});

test.for(pages)("%s works as written, and shows the outputs of today", { timeout: 400_000 }, checkSession);
