import type { DockerEngine } from "@openfactory/docker-engine";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { resolveImage } from "./images.js";

const HEX = "a".repeat(64);
const DIGEST = `sha256:${HEX}`;
const REFUSED = "dial tcp 10.0.0.1:5000: connect: connection refused";
const resolve = (
  engine: DockerEngine,
  image: string,
  imagePullPolicy?: "missing" | "always" | "never",
  strict = false,
) => resolveImage(engine, { name: "demo", image, imagePullPolicy }, { strict });
const withDigest = () => fakeEngine({ "images.digest": () => DIGEST });

test("resolveImage() with `always` pins the image to the registry's current digest and keeps the tag", async () => {
  const { engine, calls } = withDigest();
  expect(await resolve(engine, "r.io:5000/demo:1", "always")).toEqual({
    image: `r.io:5000/demo:1@${DIGEST}`,
    authFor: "r.io:5000/demo:1",
    warnings: [],
  });
  expect((await resolve(engine, "r.io:5000/demo", "always")).image).toBe(`r.io:5000/demo:latest@${DIGEST}`);
  expect(calls).toHaveLength(2);
});

test.each(["missing", undefined] as const)(
  "resolveImage() with the policy %s keeps the image, stores its credentials and makes no call",
  async (policy) => {
    const { engine, calls } = withDigest();
    expect(await resolve(engine, "demo", policy)).toEqual({ image: "demo", authFor: "demo", warnings: [] });
    expect(calls).toEqual([]);
  },
);

test.each([`demo@${DIGEST}`, `r.io/demo:1@${DIGEST}`])(
  "resolveImage() with `always` keeps an image with a digest: %s",
  async (image) => {
    const { engine, calls } = withDigest();
    expect(await resolve(engine, image, "always")).toEqual({ image, authFor: image, warnings: [] });
    expect(calls).toEqual([]);
  },
);

test.each([
  ["never", "r.io/demo:1"],
  ["always", HEX],
  ["missing", DIGEST],
] as const)("resolveImage() with `%s` of %s makes no call, not even for credentials", async (policy, image) => {
  const { engine, calls } = fakeEngine({ "images.credentials": fails("UNAUTHORIZED"), "images.digest": () => DIGEST });
  expect(await resolve(engine, image, policy)).toEqual({ image, warnings: [] });
  expect(calls).toEqual([]);
});

describe("resolveImage() when no registry answers", () => {
  const unreachable = () => fakeEngine({ "images.digest": fails("ENGINE_ERROR", REFUSED) }).engine;

  test("keeps the image and warns that nodes may differ", async () => {
    const { image, authFor, warnings } = await resolve(unreachable(), "r.io:5000/demo:1", "always");
    expect({ image, authFor }).toEqual({ image: "r.io:5000/demo:1", authFor: "r.io:5000/demo:1" });
    expect(warnings).toEqual([
      {
        code: "DIGEST_NOT_RESOLVED",
        service: "demo",
        strategy: "swarm",
        field: "imagePullPolicy",
        reason: `The registry r.io:5000 did not return the digest of r.io:5000/demo:1 (${REFUSED}): each node pulls the image itself or runs its local copy, so nodes may differ.`,
      },
    ]);
  });

  test("rejects with UNSUPPORTED in strict mode", async () => {
    await expect(resolve(unreachable(), "r.io:5000/demo:1", "always", true)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("The registry r.io:5000 did not return"),
      field: "imagePullPolicy",
      hint: expect.stringContaining("reachable from the engine"),
      cause: { message: REFUSED },
    });
  });
});

// These errors would also fail the creation of the service.
test.each(["UNAUTHORIZED", "IMAGE_NOT_FOUND", "ENGINE_UNREACHABLE", "ABORTED"] as const)(
  "resolveImage() rejects with %s of the registry, in strict mode or not",
  async (code) => {
    for (const strict of [true, false]) {
      const { engine } = fakeEngine({ "images.digest": fails(code) });
      await expect(resolve(engine, "demo", "always", strict)).rejects.toMatchObject({ code });
    }
  },
);

test("resolveImage() warns when the lookup of credentials fails, and resolves without credentials", async () => {
  const problem = {
    message:
      "The credential helper docker-credential-desktop returned no credentials for r.io: program not found in PATH",
    hint: "Repair it.",
  };
  const { engine } = fakeEngine({ "images.credentials": () => ({ registry: "r.io", problem, unavailable: true }) });
  expect(await resolve(engine, "r.io/demo:1")).toEqual({
    image: "r.io/demo:1",
    authFor: "r.io/demo:1",
    warnings: [
      {
        code: "CREDENTIALS_UNAVAILABLE",
        service: "demo",
        strategy: "swarm",
        field: "image",
        registry: "r.io",
        reason: `${problem.message}. The deployment continues without credentials for r.io. Repair it.`,
      },
    ],
  });
});

test("resolveImage() warns about a rate limit of the registry with the action to take", async () => {
  const { engine } = fakeEngine({
    "images.digest": fails("ENGINE_ERROR", "toomanyrequests: You have reached your pull rate limit."),
  });
  const { warnings } = await resolve(engine, "r.io:5000/demo:1", "always");
  expect(warnings).toMatchObject([
    { code: "DIGEST_NOT_RESOLVED", reason: expect.stringContaining("r.io:5000 limits requests") },
  ]);
});

test("resolveImage() warns about credentials that expire, with the consequence and the action to take", async () => {
  const registry = "1.dkr.ecr.eu-central-1.amazonaws.com";
  const note = { registry, helper: "ecr-login", shortLived: { issuer: "Amazon ECR", lasting: "12 hours" } };
  for (const policy of ["missing", "always"] as const) {
    const { engine } = fakeEngine({ "images.credentials": () => note, "images.digest": () => DIGEST });
    const { warnings } = await resolve(engine, `${registry}/demo:1`, policy);
    expect(warnings).toMatchObject([{ code: "SHORT_LIVED_CREDENTIALS", service: "demo", strategy: "swarm" }]);
    for (const part of [registry, "Amazon ECR", "12 hours", "rejected", "`ofdeploy refresh-auth`"]) {
      expect(warnings[0]?.reason).toContain(part);
    }
  }
  const lasting = fakeEngine({ "images.credentials": () => ({ registry, helper: "pass" }) }).engine;
  expect((await resolve(lasting, `${registry}/demo:1`)).warnings).toEqual([]);
});
