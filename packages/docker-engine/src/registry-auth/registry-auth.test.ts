import { Redactor } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { encodeAuth, RegistryAuth } from "./registry-auth.js";

const credentials = { username: "me", password: "pass", serveraddress: "a.io" };

it("encodeAuth() uses base64url with padding", () => {
  const encoded = encodeAuth({ username: "??>>", password: "ÿÿ?", serveraddress: "a" });
  expect(encoded).not.toMatch(/[+/]/);
  expect(encoded.length % 4).toBe(0);
  expect(JSON.parse(Buffer.from(encoded, "base64url").toString())).toMatchObject({ username: "??>>" });
});

it("authconfig() is the header of the image's registry, and undefined without credentials", async () => {
  const asked: string[] = [];
  const auth = new RegistryAuth({
    find: async (registry) => {
      asked.push(registry);
      return registry === "a.io" ? { credentials } : undefined;
    },
  });
  expect(await auth.authconfig("a.io/b:1")).toEqual({ base64: encodeAuth(credentials) });
  expect(await auth.authconfig("busybox")).toBeUndefined();
  expect(await auth.authconfig(undefined)).toBeUndefined();
  expect(await auth.authconfig(`sha256:${"a".repeat(64)}`)).toBeUndefined();
  expect(asked).toEqual(["a.io", "docker.io"]);
});

it("results of a helper are cached for 30 s, and those of the file for 1 s", async () => {
  let now = 0;
  const asked: string[] = [];
  const find = async (registry: string) => {
    asked.push(registry);
    return registry === "none.io" ? undefined : { credentials, ...(registry === "helped.io" && { helper: "fake" }) };
  };
  const auth = new RegistryAuth({ find }, () => now);
  const askAll = async () => {
    asked.length = 0;
    for (const image of ["helped.io/b", "helped.io/c", "file.io/a", "file.io/a", "none.io/a", "none.io/b"])
      await auth.authconfig(image);
    return asked;
  };
  expect(await askAll()).toEqual(["helped.io", "file.io", "none.io"]);
  now = 999;
  expect(await askAll()).toEqual([]);
  now = 1_000;
  expect(await askAll()).toEqual(["file.io", "none.io"]);
  now = 30_000;
  expect(await askAll()).toEqual(["helped.io", "file.io", "none.io"]);
});

it("lookups at the same time are one, and each caller can be aborted", async () => {
  const { promise, resolve } = Promise.withResolvers<{ credentials: typeof credentials; helper: string }>();
  let asked = 0;
  const auth = new RegistryAuth({ find: () => ((asked += 1), promise) });
  const abort = new AbortController();
  const [one, two, gone] = [
    auth.authconfig("a.io/b"),
    auth.info("a.io/c"),
    auth.authconfig("a.io/d", { signal: abort.signal }),
  ];
  abort.abort();
  await expect(gone).rejects.toMatchObject({ code: "ABORTED" });
  resolve({ credentials, helper: "fake" });
  expect(await one).toEqual({ base64: encodeAuth(credentials) });
  expect(await two).toEqual({ registry: "a.io", helper: "fake" });
  expect(asked).toBe(1);
});

it("info() has the source and the lifetime, and never the credentials", async () => {
  const find = async () => ({ credentials: { ...credentials, username: "AWS" }, helper: "ecr-login" });
  const auth = new RegistryAuth({ find });
  const info = await auth.info("1.dkr.ecr.eu-central-1.amazonaws.com/a:1");
  expect(info).toEqual({
    registry: "1.dkr.ecr.eu-central-1.amazonaws.com",
    helper: "ecr-login",
    shortLived: { issuer: "Amazon ECR", lasting: "12 hours" },
  });
  expect(await new RegistryAuth({ find: async () => undefined }).info("a.io/a")).toBeUndefined();
});

it("a failed lookup sends no credentials, reports the problem, and is cached for 30 s", async () => {
  const problem = { message: "The helper is locked", hint: "Unlock it." };
  let asked = 0;
  let now = 0;
  const auth = new RegistryAuth({ find: async () => ((asked += 1), { problem }) }, () => now);
  expect(await auth.authconfig("a.io/b:1")).toBeUndefined();
  expect(await auth.info("a.io/b:1")).toEqual({ registry: "a.io", problem, unavailable: true });
  now = 29_999;
  await auth.authconfig("a.io/c:1");
  expect(asked).toBe(1);
});

it("credentials are redacted in every form in which they are sent", async () => {
  const secrets = new Redactor();
  const auth = new RegistryAuth(
    { find: async () => ({ credentials: { ...credentials, password: "open-sesame" } }) },
    Date.now,
    secrets,
  );
  const { base64: header = "" } = (await auth.authconfig("a.io/b:1")) ?? {};
  const basic = Buffer.from("me:open-sesame").toString("base64");
  expect(secrets.text(`refused me:open-sesame, ${basic}, ${header}`)).toBe("refused me:***, ***, ***");
});
