import { test } from "vitest";
import { checkSession } from "./session/check-session.js";

test(
  "the tutorial works as written, and shows the outputs of today",
  (context) => checkSession("docs/tutorial/index.md", context),
  300_000,
);
