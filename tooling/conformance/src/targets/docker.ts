import { createEngine } from "@openfactory/docker-engine";
import { containerTarget } from "@openfactory/docker-probes";
import type { ContractTargetModule } from "@openfactory/strategy-contract-tests";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { RawEngine } from "@openfactory/test-engine";
import { engineDetails } from "./engine-details.js";
import { ownImplementation } from "./own-implementation.js";

/** Local Docker on the engine of the tests, which `DOCKER_HOST` names. */
export default {
  name: "docker",
  implementation: ownImplementation("strategy-local-docker"),
  factory: async () => {
    const host = process.env["DOCKER_HOST"] ?? "";
    const engine = new RawEngine(host);
    return {
      ...containerTarget(new LocalDockerDeploymentStrategy(createEngine({ host })), engine),
      engine: await engineDetails(engine, "Docker Engine"),
    };
  },
} satisfies ContractTargetModule;
