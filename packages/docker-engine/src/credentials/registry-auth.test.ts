import { expect, it } from "vitest";
import { encodeAuth, RegistryAuth } from "./registry-auth.js";

const credentials = { username: "me", password: "pass", serveraddress: "a.io" };

it("encodes with the URL's alphabet, and with padding", () => {
  const encoded = encodeAuth({ username: "??>>", password: "ÿÿ?", serveraddress: "a" });
  expect(encoded).not.toMatch(/[+/]/);
  expect(encoded.length % 4).toBe(0);
  expect(JSON.parse(Buffer.from(encoded, "base64url").toString())).toMatchObject({ username: "??>>" });
});

it("sends what the image's registry is shown, and nothing where there is nothing", async () => {
  const asked: string[] = [];
  const auth = new RegistryAuth({
    find: async (registry) => {
      asked.push(registry);
      return registry === "a.io" ? credentials : undefined;
    },
  });
  expect(await auth.headers("a.io/b:1")).toEqual({ "X-Registry-Auth": encodeAuth(credentials) });
  expect(await auth.headers("busybox")).toEqual({});
  expect(await auth.headers(undefined)).toEqual({});
  expect(asked).toEqual(["a.io", "docker.io"]);
});

it("asks again only after a while", async () => {
  let now = 0;
  let asked = 0;
  const auth = new RegistryAuth({ find: async () => ((asked += 1), credentials) }, () => now);
  await auth.headers("a.io/b");
  await auth.headers("a.io/c");
  expect(asked).toBe(1);
  now = 60_000;
  await auth.headers("a.io/b");
  expect(asked).toBe(2);
});
