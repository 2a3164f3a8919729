import { randomBytes } from "node:crypto";
import type { NormalizedRequest } from "@openfactory/deploy-core";
import { isRefusedByCore, REFUSED_EVERYWHERE, TEST_LABELS } from "@openfactory/docker-probes";
import { toContainerCreateBody } from "@openfactory/docker-translators";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { expect, test } from "vitest";

const raw = new RawEngine(process.env["DOCKER_HOST"] ?? "");

/** Core's schema has no stricter rules than the engine. */
test.each(REFUSED_EVERYWHERE)("core rejects %s, and the engine would reject it, too", async (_, part) => {
  const name = `refused-${randomBytes(4).toString("hex")}`;
  const request = {
    image: TEST_IMAGE,
    env: [],
    labels: TEST_LABELS,
    command: ["sleep", "60"],
    name,
    ...part,
  } as NormalizedRequest;
  expect(isRefusedByCore(request)).toBe(true);
  const body = toContainerCreateBody(request, { apiVersion: "1.41" });
  const made = await raw.request("POST", `/containers/create?name=${encodeURIComponent(request.name)}`, body);
  if (made.status !== 201) return expect(made.status).toBeGreaterThanOrEqual(400);
  const started = await raw.request("POST", `/containers/${made.body.Id}/start`);
  await raw.request("DELETE", `/containers/${made.body.Id}?force=true&v=true`);
  expect(started.status).toBeGreaterThanOrEqual(400);
});
