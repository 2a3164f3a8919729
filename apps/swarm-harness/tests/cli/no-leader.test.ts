import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@openfactory/docker-engine";
import { up } from "@openfactory/deployer";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitCodeOf } from "../../../cli/src/exit-codes.js";

const NO_LEADER =
  "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online.";

const folder = mkdtempSync(join(tmpdir(), "ofdeploy-no-leader-"));
let server: Server;
let changes: string[];
beforeEach(async () => {
  changes = [];
  server = createServer(({ method, url }, response) => {
    response.setHeader("api-version", "1.47");
    if (url?.includes("/_ping")) return response.end("OK");
    if (method !== "GET") changes.push(`${method} ${url}`);
    response.setHeader("content-type", "application/json");
    response.statusCode = 500;
    return response.end(JSON.stringify({ message: NO_LEADER }));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "docker.sock"), resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("up on a swarm without a leader fails with ENGINE_UNREACHABLE and exit code 4 after an election's time, and changes nothing", async () => {
  const engine = createEngine({ host: `unix://${join(folder, "docker.sock")}`, env: {}, electionMs: 300 });
  const strategy = new SwarmDeploymentStrategy(engine);
  const web = { key: "web", service: "web", request: { image: "demo:1", name: "web" }, dependsOn: [] };
  const error = await up(strategy, { project: "factory", apps: [web] }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "ENGINE_UNREACHABLE",
    message: expect.stringContaining("no leader for 0.3 s"),
    hint: expect.stringContaining("More than half of the swarm's managers must be online"),
  });
  expect(exitCodeOf((error as { code: "ENGINE_UNREACHABLE" }).code)).toBe(4);
  expect(changes).toEqual([]);
  await strategy.close();
});
