import { expect, it } from "vitest";
import { contextFiles } from "../../../test/contexts.js";
import { temporaryDirectory } from "../../../test/temporary-directory.js";
import { currentContext } from "./current-context.js";

const platform = "linux";
const withCurrent = (name: string) => ({
  DOCKER_CONFIG: temporaryDirectory({
    "config.json": JSON.stringify({ currentContext: name }),
    ...contextFiles("prod", { Host: "ssh://prod" }),
  }),
});

it("is the current context of config.json", () => {
  expect(currentContext({ env: withCurrent("prod"), platform })).toMatchObject({ kind: "ssh", host: "ssh://prod" });
  expect(() => currentContext({ env: withCurrent("gone"), platform })).toThrow("currentContext of config.json");
});

it("is none where that is default, or there is none", () => {
  expect(currentContext({ env: withCurrent("default"), platform })).toBeUndefined();
  expect(currentContext({ env: { DOCKER_CONFIG: temporaryDirectory() }, platform })).toBeUndefined();
});
