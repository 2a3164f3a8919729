import { expect, it } from "vitest";
import { contextFiles } from "../../../test/contexts.js";
import { temporaryDirectory } from "../../../test/temporary-directory.js";
import { dockerContext } from "./docker-context.js";

const platform = "linux";

it("is the context in DOCKER_CONTEXT", () => {
  const DOCKER_CONFIG = temporaryDirectory(contextFiles("prod", { Host: "tcp://prod:1" }));
  expect(dockerContext({ env: { DOCKER_CONFIG, DOCKER_CONTEXT: "prod" }, platform })).toMatchObject({
    host: "tcp://prod:1",
  });
  expect(dockerContext({ env: { DOCKER_CONFIG }, platform })).toBeUndefined();
  expect(() => dockerContext({ env: { DOCKER_CONFIG, DOCKER_CONTEXT: "nope" }, platform })).toThrow("DOCKER_CONTEXT");
});

it("takes default for the default socket", () => {
  expect(dockerContext({ env: { DOCKER_CONTEXT: "default" }, platform })).toMatchObject({ kind: "socket" });
});
