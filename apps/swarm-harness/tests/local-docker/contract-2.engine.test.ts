import { createEngine } from "@openfactory/docker-engine";
import { containerTarget } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { RawEngine } from "@openfactory/test-engine";

const host = process.env["DOCKER_HOST"] ?? "";

describeStrategyContract(
  "local Docker",
  () => containerTarget(new LocalDockerDeploymentStrategy(createEngine({ host })), new RawEngine(host)),
  { shard: { index: 2, count: 2 } },
);
