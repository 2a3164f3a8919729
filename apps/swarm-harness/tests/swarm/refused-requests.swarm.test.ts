import { randomBytes } from "node:crypto";
import type { NormalizedRequest } from "@openfactory/deploy-core";
import { isRefusedByCore, REFUSED_BY_A_SWARM, REFUSED_EVERYWHERE } from "@openfactory/docker-probes";
import { toServiceSpec } from "@openfactory/docker-translators";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";

let swarm: Swarm;
let raw: RawEngine;
const ids: { secrets: Record<string, string>; configs: Record<string, string> } = { secrets: {}, configs: {} };
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  raw = new RawEngine(swarm.managers[0]?.host ?? "");
  for (const kind of ["secrets", "configs"] as const) {
    for (const Name of ["one", "two"])
      ids[kind][Name] = (await raw.call("POST", `/${kind}/create`, { Name, Data: "eA==" })).ID;
  }
});
afterAll(() => swarm.down());

/** The final state of the first task of a service. */
async function finalState(serviceId: string): Promise<string> {
  const filters = encodeURIComponent(JSON.stringify({ service: [serviceId] }));
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const [task] = await raw.call("GET", `/tasks?filters=${filters}`);
    if (["running", "failed", "rejected"].includes(task?.Status.State)) return task.Status.State;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return "unknown";
}

/** Every rule of core's schema is a rule of the swarm or of the engines of its nodes. */
test.each([...REFUSED_EVERYWHERE, ...REFUSED_BY_A_SWARM])(
  "a swarm refuses %s, and core refuses it before",
  async (_, part) => {
    const name = `refused-${randomBytes(4).toString("hex")}`;
    const restart = { Condition: "none" } as const;
    const request = {
      image: TEST_IMAGE,
      env: [],
      command: ["sleep", "60"],
      name,
      restart,
      ...part,
    } as NormalizedRequest;
    expect(isRefusedByCore(request)).toBe(true);
    const made = await raw.request("POST", "/services/create", toServiceSpec(request, { apiVersion: "1.41", ...ids }));
    if (made.status !== 201) return expect(made.status).toBeGreaterThanOrEqual(400);
    const state = await finalState(made.body.ID);
    await raw.call("DELETE", `/services/${made.body.ID}`);
    expect(state).toMatch(/^(failed|rejected)$/);
  },
);
