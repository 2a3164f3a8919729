import { expect, test } from "vitest";
import { findEngine } from "./find-engine.js";

test("an engine that DOCKER_HOST names and that does not answer is an error, not passed over", async () => {
  await expect(findEngine({ DOCKER_HOST: "unix:///nonexistent/docker.sock" })).rejects.toThrow(
    /^DOCKER_HOST is unix:\/\/\/nonexistent\/docker.sock, and no engine answers there .*unset DOCKER_HOST\.$/,
  );
});

test("an address of a kind that is not known here is named", async () => {
  await expect(findEngine({ DOCKER_HOST: "ssh://host" })).rejects.toThrow("ssh://host");
});
