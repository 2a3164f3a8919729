import { expect, test } from "vitest";
import { findEngine } from "./raw-engine.js";

test("findEngine() rejects if the engine of DOCKER_HOST does not answer", async () => {
  await expect(findEngine({ DOCKER_HOST: "unix:///nonexistent/docker.sock" })).rejects.toThrow(
    /^DOCKER_HOST is unix:\/\/\/nonexistent\/docker.sock, but no engine answers there .*unset DOCKER_HOST\.$/,
  );
});

test("findEngine() rejects an unsupported kind of address with the address", async () => {
  await expect(findEngine({ DOCKER_HOST: "ssh://host" })).rejects.toThrow("ssh://host");
});
