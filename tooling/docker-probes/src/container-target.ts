import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ContractProbes, ContractTarget } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerProbes } from "./container-probes.js";
import { dockerWorld } from "./docker-world.js";

/**
 * The contract's target for a strategy that runs services as containers of one engine.
 * @param published the host that published ports are on, where it is not this machine.
 * @param probes default: of services that are one container each.
 */
export function containerTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  engine: RawEngine,
  published?: string,
  probes: ContractProbes = containerProbes(engine, published),
): ContractTarget {
  // Engines take a registry on their own machine's loopback address without TLS.
  const world = dockerWorld(engine, "bridge", published === undefined ? "127.0.0.1" : undefined);
  return {
    ...world,
    strategy,
    probes,
    async cleanup(name) {
      const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${name}(-[0-9]+)?([.].+)?$`] }));
      const all = await engine.call("GET", `/containers/json?all=1&filters=${filters}`);
      await Promise.all(all.map(({ Id }: { Id: string }) => engine.request("DELETE", `/containers/${Id}?force=true&v=true`)));
    },
    async close() {
      await strategy.close();
      await world.close();
    },
  };
}
