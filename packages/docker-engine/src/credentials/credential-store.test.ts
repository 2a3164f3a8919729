import { expect, it } from "vitest";
import { withPrograms } from "../../test/programs.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
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
  const [own, common, file] = [
    await store(config).find("a.io"),
    await store(config).find("b.io"),
    await store({ auths }).find("a.io"),
  ];
  expect(own).toMatchObject({ credentials: { username: "own", password: "a.io" }, helper: "own" });
  expect(common).toMatchObject({ credentials: { username: "common" }, helper: "common" });
  expect(file).toEqual({ credentials: { username: "file", password: "p", serveraddress: "a.io" } });
});

it("names Docker Hub to a helper by its key", async () => {
  const found = await store({ credsStore: "common" }).find("docker.io");
  expect(found).toMatchObject({ credentials: { password: "https://index.docker.io/v1/" } });
});

it("reads the file where the helper has none", async () => {
  const found = await store({ credsStore: "empty", auths }).find("a.io");
  expect(found).toMatchObject({ credentials: { username: "file" } });
  expect(found).not.toHaveProperty("helper");
  expect(await store({ credsStore: "empty", auths }).find("b.io")).toBeUndefined();
});

it("notes a helper, an entry or a file that fails, and goes on with what there is", async () => {
  const missing = {
    message: expect.stringMatching(/docker-credential-desktop .*b\.io: it is not in PATH$/),
    hint: expect.stringContaining("Repair it"),
  };
  expect(await store({ credsStore: "desktop" }).find("b.io")).toEqual({ problem: missing });
  expect(
    await store({ credHelpers: { "b.io": "desktop" }, auths: { "b.io": auths["a.io"] } }).find("b.io"),
  ).toMatchObject({
    credentials: { username: "file" },
    problem: missing,
  });
  expect(await store({ auths: { "a.io": { auth: "bm8=" } } }).find("a.io")).toEqual({
    problem: expect.objectContaining({ message: expect.stringContaining("can't be read") }),
  });
  const broken = new CredentialStore({ DOCKER_CONFIG: temporaryDirectory({ "config.json": "{" }) });
  expect(await broken.find("a.io")).toEqual({
    problem: expect.objectContaining({ message: expect.stringMatching(/config\.json can't be used: it is not JSON$/) }),
  });
});

it("ends with ABORTED, and notes nothing, when the signal fires", async () => {
  await expect(store({ credsStore: "common" }).find("a.io", { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "ABORTED",
  });
});
