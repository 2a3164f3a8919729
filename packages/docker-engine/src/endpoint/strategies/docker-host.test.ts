import { expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.js";
import { dockerHost } from "./docker-host.js";

const platform = "linux";

it("is the address in DOCKER_HOST", () => {
  expect(dockerHost({ env: { DOCKER_HOST: "tcp://a:1" }, platform })).toMatchObject({ host: "tcp://a:1" });
  expect(dockerHost({ env: { DOCKER_HOST: "" }, platform })).toBeUndefined();
});

it("has the environment's TLS", () => {
  const DOCKER_CONFIG = temporaryDirectory();
  const env = { DOCKER_HOST: "tcp://a", DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG };
  expect(dockerHost({ env, platform })).toMatchObject({ host: "tcp://a:2376", tls: { verify: true } });
});
