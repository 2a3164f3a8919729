import { expect, it } from "vitest";
import { withPrograms } from "../../test/programs.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { configAuth, forRegistry, CredentialStore } from "./credential-store.js";

const HUB = "https://index.docker.io/v1/";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

it.each([
  [{ auth: base64("me:pass:word") }, { username: "me", password: "pass:word" }],
  [
    { username: "me", password: "secret" },
    { username: "me", password: "secret" },
  ],
  [
    { auth: base64("00000000-0000:"), identitytoken: "token" },
    { username: "00000000-0000", identitytoken: "token" },
  ],
  [{ registrytoken: "bearer" }, { registrytoken: "bearer" }],
])("configAuth() reads %o", (entry, expected) => {
  expect(configAuth({ auths: { "a.io": entry } }, "a.io")).toEqual({ ...expected, serveraddress: "a.io" });
});

it("configAuth() is undefined for an empty or missing entry", () => {
  expect(configAuth({ auths: { "a.io": {} } }, "a.io")).toBeUndefined();
  expect(configAuth({ auths: { "a.io": { auth: base64("a:b") } } }, "b.io")).toBeUndefined();
  expect(configAuth({}, "a.io")).toBeUndefined();
});

it("configAuth() finds Docker Hub and registries by all of their keys", () => {
  const auths = { [HUB]: { auth: base64("hub:1") }, "https://r.io:5000/v2/": { auth: base64("r:1") } };
  expect(configAuth({ auths }, "docker.io")).toMatchObject({ username: "hub", serveraddress: HUB });
  expect(configAuth({ auths }, "r.io:5000")).toMatchObject({ username: "r", serveraddress: "r.io:5000" });
  expect(configAuth({ auths }, "r.io")).toBeUndefined();
});

it("forRegistry() prefers the exact key", () => {
  expect(forRegistry({ "https://a.io/v1/": 1, "a.io": 2 }, "a.io")).toBe(2);
});

it("configAuth() does not repeat credentials that it can't read", () => {
  const read = () => configAuth({ auths: { "a.io": { auth: base64("open-sesame") } } }, "a.io");
  expect(read).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  expect(read).not.toThrow("sesame");
});

const printing = (name: string) => `read server; echo '{"Username":"${name}","Secret":"'$server'"}'`;

const store = (config: object) =>
  new CredentialStore({
    ...withPrograms({
      "docker-credential-own": printing("own"),
      "docker-credential-common": printing("common"),
      "docker-credential-empty": "echo credentials not found; exit 1",
    }),
    DOCKER_CONFIG: temporaryDirectory({ "config.json": JSON.stringify(config) }),
  });

const auths = { "a.io": { username: "file", password: "p" } };

it("find() uses the registry's own helper, then credsStore, then the file", async () => {
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

it("find() passes Docker Hub's key to a helper", async () => {
  const found = await store({ credsStore: "common" }).find("docker.io");
  expect(found).toMatchObject({ credentials: { password: "https://index.docker.io/v1/" } });
});

it("find() reads the file if the helper has no credentials", async () => {
  const found = await store({ credsStore: "empty", auths }).find("a.io");
  expect(found).toMatchObject({ credentials: { username: "file" } });
  expect(found).not.toHaveProperty("helper");
  expect(await store({ credsStore: "empty", auths }).find("b.io")).toBeUndefined();
});

it("find() returns the problem of a failing helper, entry or file, with the credentials that it has", async () => {
  const missing = {
    message: expect.stringMatching(/docker-credential-desktop .*b\.io: program not found in PATH$/),
    hint: expect.stringContaining("Fix the helper"),
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

it("find() rejects with ABORTED when the signal fires", async () => {
  await expect(store({ credsStore: "common" }).find("a.io", { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "ABORTED",
  });
});
