import { expect, it } from "vitest";
import { withPrograms } from "../testing/programs.js";
import { temporaryDirectory } from "../testing/temporary-directory.js";
import { CredentialStore } from "./credential-store.js";

const says = (name: string) => `read server; echo '{"Username":"${name}","Secret":"'$server'"}'`;

const store = (config: object) =>
  new CredentialStore({
    ...withPrograms({
      "docker-credential-own": says("own"),
      "docker-credential-common": says("common"),
      "docker-credential-empty": "echo credentials not found; exit 1",
    }),
    DOCKER_CONFIG: temporaryDirectory({ "config.json": JSON.stringify(config) }),
  });

const auths = { "a.io": { username: "file", password: "p" } };

it("asks a registry's own helper first, then the common one, then the file", async () => {
  const config = { credHelpers: { "a.io": "own" }, credsStore: "common", auths };
  expect(await store(config).find("a.io")).toMatchObject({ username: "own", password: "a.io" });
  expect(await store(config).find("b.io")).toMatchObject({ username: "common" });
  expect(await store({ auths }).find("a.io")).toMatchObject({ username: "file" });
});

it("names Docker Hub to a helper by its key", async () => {
  const found = await store({ credsStore: "common" }).find("docker.io");
  expect(found).toMatchObject({ password: "https://index.docker.io/v1/" });
});

it("reads the file where the helper has none", async () => {
  expect(await store({ credsStore: "empty", auths }).find("a.io")).toMatchObject({ username: "file" });
  expect(await store({ credsStore: "empty", auths }).find("b.io")).toBeUndefined();
});
