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

test("`always` pins what the registry has now, with the tag that was meant", async () => {
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
  "%s is as given, with the credentials for it, and asks nobody",
  async (policy) => {
    const { engine, calls } = withDigest();
    expect(await resolve(engine, "demo", policy)).toEqual({ image: "demo", authFor: "demo", warnings: [] });
    expect(calls).toEqual([]);
  },
);

test.each([`demo@${DIGEST}`, `r.io/demo:1@${DIGEST}`])("%s is pinned already", async (image) => {
  const { engine, calls } = withDigest();
  expect(await resolve(engine, image, "always")).toEqual({ image, authFor: image, warnings: [] });
  expect(calls).toEqual([]);
});

test.each([
  ["never", "r.io/demo:1"],
  ["always", HEX],
  ["missing", DIGEST],
] as const)("`%s` of %s asks nobody, not even for credentials", async (policy, image) => {
  const { engine, calls } = fakeEngine({ "images.credentials": fails("UNAUTHORIZED"), "images.digest": () => DIGEST });
  expect(await resolve(engine, image, policy)).toEqual({ image, warnings: [] });
  expect(calls).toEqual([]);
});

describe("where no registry answers", () => {
  const silent = () => fakeEngine({ "images.digest": fails("ENGINE_ERROR", REFUSED) }).engine;

  test("the image is as given, with what follows from it", async () => {
    const { image, authFor, warnings } = await resolve(silent(), "r.io:5000/demo:1", "always");
    expect({ image, authFor }).toEqual({ image: "r.io:5000/demo:1", authFor: "r.io:5000/demo:1" });
    expect(warnings).toEqual([
      {
        code: "DIGEST_NOT_RESOLVED",
        service: "demo",
        strategy: "swarm",
        field: "imagePullPolicy",
        reason: `The registry r.io:5000 did not tell the digest of r.io:5000/demo:1 (${REFUSED}): each node runs what it has, or pulls by itself, and nodes may differ.`,
      },
    ]);
  });

  test("strict mode refuses it", async () => {
    await expect(resolve(silent(), "r.io:5000/demo:1", "always", true)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("The registry r.io:5000 did not tell"),
      field: "imagePullPolicy",
      hint: expect.stringContaining("reachable from the manager"),
      cause: { message: REFUSED },
    });
  });
});

// What keeps the service from being made as well is no matter of the digest.
test.each(["UNAUTHORIZED", "IMAGE_NOT_FOUND", "ENGINE_UNREACHABLE", "ABORTED"] as const)(
  "%s is thrown, in strict mode or not",
  async (code) => {
    for (const strict of [true, false]) {
      const { engine } = fakeEngine({ "images.digest": fails(code) });
      await expect(resolve(engine, "demo", "always", strict)).rejects.toMatchObject({ code });
    }
  },
);

test("a look-up of credentials that fails is a warning about the registry, and the deploy goes on", async () => {
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

test("a registry that limits requests is warned of with what to do", async () => {
  const { engine } = fakeEngine({
    "images.digest": fails("ENGINE_ERROR", "toomanyrequests: You have reached your pull rate limit."),
  });
  const { warnings } = await resolve(engine, "r.io:5000/demo:1", "always");
  expect(warnings).toMatchObject([
    { code: "DIGEST_NOT_RESOLVED", reason: expect.stringContaining("r.io:5000 limits requests") },
  ]);
});

test("credentials that do not last are warned of, with what follows and what to do", async () => {
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
