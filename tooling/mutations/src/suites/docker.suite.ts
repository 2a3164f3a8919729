import { createEngine } from "@openfactory/docker-engine";
import { containerTarget } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { RawEngine } from "@openfactory/test-engine";
import { limits } from "./limits.ts";

const host = process.env["DOCKER_HOST"] ?? "";

describeStrategyContract(
  "docker",
  () => containerTarget(new LocalDockerDeploymentStrategy(createEngine({ host })), new RawEngine(host)),
  limits,
);
