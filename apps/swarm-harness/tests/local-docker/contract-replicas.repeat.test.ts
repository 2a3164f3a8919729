import { createEngine } from "@openfactory/docker-engine";
import { containerTarget, replicaProbes } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { RawEngine } from "@openfactory/test-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";

describeStrategyContract("local Docker with emulated replicas", () => {
  const raw = new RawEngine(host);
  const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }), { emulateReplicas: true });
  return { ...containerTarget(strategy, raw, undefined, replicaProbes(raw)), singleHost: true };
});
