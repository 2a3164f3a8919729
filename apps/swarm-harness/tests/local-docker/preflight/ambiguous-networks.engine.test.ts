import { randomBytes } from "node:crypto";
import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);
const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
const network = `twice-${randomBytes(3).toString("hex")}`;
const request = {
  name: `${network}-app`,
  image: TEST_IMAGE,
  command: "sleep 600",
  labels: TEST_LABELS,
  networks: [network],
};
let ids: string[] = [];

beforeAll(async () => {
  // Before API 1.44 an engine creates a second network of a name unless the request has CheckDuplicate.
  for (let count = 0; count < 2; count += 1) {
    const { body } = await raw.request("POST", "/v1.41/networks/create", { Name: network, Labels: TEST_LABELS });
    ids = [...ids, ...((body as { Id?: string }).Id ? [(body as { Id: string }).Id] : [])];
  }
});
afterAll(async () => {
  for (const id of ids) await raw.request("DELETE", `/networks/${id}`);
  await strategy.close();
});

test("preflight() and diagnose() name both networks of one name, and deploy() rejects with CONFLICT and leaves nothing", async (context) => {
  if (ids.length < 2) return context.skip("this engine creates no second network of a name");
  const both = new RegExp(ids.map((id) => id.slice(0, 12)).join("|"), "g");
  const [problem] = await strategy.preflight([{ request, updates: false }]);
  expect(problem).toMatchObject({
    code: "CONFLICT",
    field: "networks[0]",
    hint: expect.stringContaining("docker network rm"),
  });
  expect(problem?.message.match(both)).toHaveLength(2);
  const found = (await strategy.diagnose({ networks: [network] })).find(({ check }) => check === `network ${network}`);
  expect(found).toMatchObject({ state: "failed", hint: expect.stringContaining("docker network rm") });
  expect(found?.detail.match(both)).toHaveLength(2);
  await expect(strategy.deploy(request)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("ambiguous"),
    service: request.name,
    field: "networks[0]",
  });
  expect((await raw.request("GET", `/containers/${request.name}/json`)).status).toBe(404);
});
