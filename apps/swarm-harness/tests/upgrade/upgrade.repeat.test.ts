import { containerTarget, endingWith, probedNodes, serviceTarget } from "@openfactory/docker-probes";
import { describeStrategyUpgrade } from "@openfactory/strategy-contract-tests";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type InstalledReleases, installReleases } from "./installed-releases.support.js";

// Packs the packages, and installs them with npm.
const LIMIT = 300_000;

let releases: InstalledReleases;
beforeAll(async () => {
  releases = await installReleases();
}, LIMIT);
afterAll(() => releases?.remove());

test("both releases are installed from tarballs, outside of the workspace", () => {
  const { folder, previous, current } = releases;
  const installed = (file: string) => `${folder}/node_modules/${file}`;
  expect(previous.files).toEqual({
    docker: installed("openfactory-previous-release/docker.cjs"),
    swarm: installed("openfactory-previous-release/swarm.cjs"),
  });
  expect(current.files).toEqual({
    docker: installed("@openfactory/strategy-local-docker/dist/index.js"),
    swarm: installed("@openfactory/strategy-swarm/dist/index.js"),
  });
});

const dockerHost = process.env["DOCKER_HOST"] ?? "";
describeStrategyUpgrade(
  "local Docker",
  () => releases.previous.create("docker", dockerHost),
  async () => containerTarget(await releases.current.create("docker", dockerHost), new RawEngine(dockerHost)),
);

let swarm: Swarm | undefined;
const swarmHost = () => swarm?.managers[0]?.host ?? "";
describeStrategyUpgrade(
  "Swarm",
  () => releases.previous.create("swarm", swarmHost()),
  async () => {
    const created = await shareSwarm({ nodes: 1, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
    swarm = created;
    const strategy = await releases.current.create("swarm", swarmHost());
    const target = serviceTarget(strategy, probedNodes(created.nodes), created.gateway);
    return endingWith(target, () => created.down());
  },
);
