import { expect, it } from "vitest";
import { contextFiles } from "../../../test/contexts.js";
import { temporaryDirectory } from "../../../test/temporary-directory.js";
import { contextOption } from "./context-option.js";

const platform = "linux";

it("is the context that was named", () => {
  const env = { DOCKER_CONFIG: temporaryDirectory(contextFiles("prod", { Host: "tcp://prod:1" })) };
  expect(contextOption({ context: "prod", env, platform })).toMatchObject({
    host: "tcp://prod:1",
    source: 'context "prod"',
  });
  expect(contextOption({ env, platform })).toBeUndefined();
});

it("takes default for DOCKER_HOST, or else the default socket", () => {
  expect(contextOption({ context: "default", env: { DOCKER_HOST: "tcp://a:1" }, platform })).toMatchObject({
    host: "tcp://a:1",
  });
  expect(contextOption({ context: "default", env: {}, platform })).toMatchObject({ path: "/var/run/docker.sock" });
});
