import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { checkComposeProject } from "./support/check-compose.js";

let swarm: Swarm;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("services of a Compose file find each other by their keys, and files converted from it change nothing", async () => {
  const host = swarm.managers[0]?.host ?? "";
  const manager = new RawEngine(host);
  await checkComposeProject(["--platform", "swarm", "--host", host], async (prefix) => {
    const services: { ID: string; Spec: { Name: string } }[] = await manager.call("GET", "/services");
    const filters = encodeURIComponent(JSON.stringify({ "desired-state": ["running"] }));
    const tasks: { ID: string; ServiceID: string }[] = await manager.call("GET", `/tasks?filters=${filters}`);
    const idsOf = (id: string): string =>
      tasks
        .filter(({ ServiceID }) => ServiceID === id)
        .map(({ ID }) => ID)
        .sort()
        .join(" ");
    const own = services.filter(({ Spec }) => Spec.Name.startsWith(prefix));
    return Object.fromEntries(own.map(({ ID, Spec }) => [Spec.Name, idsOf(ID)] as const).sort());
  });
});
