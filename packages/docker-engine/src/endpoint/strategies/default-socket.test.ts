import { expect, it } from "vitest";
import { defaultSocket } from "./default-socket.js";

it("is the engine's socket, or its pipe on Windows", () => {
  expect(defaultSocket({ platform: "linux" })).toMatchObject({ path: "/var/run/docker.sock" });
  expect(defaultSocket({ platform: "win32" })).toMatchObject({ path: "//./pipe/docker_engine" });
});
