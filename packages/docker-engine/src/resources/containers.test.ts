import { expect, it } from "vitest";
import type { ContainerSummary } from "../engine-types.js";
import { listedName } from "./containers.js";

it("listedName() leaves out names that other containers have for a container, and falls back to the id", () => {
  const summary = (...Names: string[]) => ({ Id: "0123", Names }) as ContainerSummary;
  expect(listedName(summary("/web/db", "/db"))).toBe("db");
  expect(listedName(summary())).toBe("0123");
});
