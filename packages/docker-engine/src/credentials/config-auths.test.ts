import { expect, it } from "vitest";
import { configAuth, forRegistry } from "./config-auths.js";

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
])("reads %o", (entry, expected) => {
  expect(configAuth({ auths: { "a.io": entry } }, "a.io")).toEqual({ ...expected, serveraddress: "a.io" });
});

it("has none for an empty entry, which means that a helper has them, and for no entry", () => {
  expect(configAuth({ auths: { "a.io": {} } }, "a.io")).toBeUndefined();
  expect(configAuth({ auths: { "a.io": { auth: base64("a:b") } } }, "b.io")).toBeUndefined();
  expect(configAuth({}, "a.io")).toBeUndefined();
});

it("finds Docker Hub and addresses under all their names", () => {
  const auths = { [HUB]: { auth: base64("hub:1") }, "https://r.io:5000/v2/": { auth: base64("r:1") } };
  expect(configAuth({ auths }, "docker.io")).toMatchObject({ username: "hub", serveraddress: HUB });
  expect(configAuth({ auths }, "r.io:5000")).toMatchObject({ username: "r", serveraddress: "r.io:5000" });
  expect(configAuth({ auths }, "r.io")).toBeUndefined();
});

it("prefers the registry's own key to one that means the same", () => {
  expect(forRegistry({ "https://a.io/v1/": 1, "a.io": 2 }, "a.io")).toBe(2);
});

it("does not show what it can't read", () => {
  const read = () => configAuth({ auths: { "a.io": { auth: base64("open-sesame") } } }, "a.io");
  expect(read).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  expect(read).not.toThrow("sesame");
});
