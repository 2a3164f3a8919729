import * as deployer from "@openfactory/deployer";
import { createEngine } from "@openfactory/docker-engine";
import { containerTarget, endingWith } from "@openfactory/docker-probes";
import { type ContractOptions, describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { RawEngine, startCountingProxy } from "@openfactory/test-engine";

/** The cases that count and fail calls of the strategy, on the engine of the tests behind a proxy. */
export const describeCalls = (options: ContractOptions = {}): void =>
  describeStrategyContract(
    "local Docker behind a proxy",
    async () => {
      const host = process.env["DOCKER_HOST"] ?? "";
      const proxy = await startCountingProxy(host);
      const strategy = new LocalDockerDeploymentStrategy(createEngine({ host: proxy.host }));
      return endingWith({ ...containerTarget(strategy, new RawEngine(host)), calls: proxy }, proxy.close);
    },
    { only: ["unchanged runs", "failed calls"], deployer, ...options },
  );
