import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ContractProbes, ContractTarget } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerProbes } from "./container-probes.js";
import { foreignContainers } from "./foreign-containers.js";
import { dockerWorld } from "./docker-world.js";

/** Where an engine that is not on this machine itself is seen from here, and this machine from there. */
export interface Elsewhere {
  /** The host that published ports are on. */
  published: string;
  /** The address of this machine, where the engine takes a registry without TLS; left out, there is none. */
  registry?: string;
}

/**
 * The contract's target for a strategy that runs services as containers of one engine.
 * @param elsewhere left out, the engine runs on this machine.
 * @param probes default: of services that are one container each.
 */
export function containerTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  engine: RawEngine,
  elsewhere?: Elsewhere,
  probes: ContractProbes = containerProbes(engine, elsewhere?.published),
): ContractTarget {
  // Engines take a registry on their own machine's loopback address without TLS.
  const world = dockerWorld(engine, "bridge", elsewhere === undefined ? "127.0.0.1" : elsewhere.registry);
  return {
    ...world,
    strategy,
    probes,
    foreign: foreignContainers(engine),
    portlessNetworks: ["host", "none"],
    // Every address of 127.0.0.0/8 is this machine's.
    ...(elsewhere === undefined && { hostAddresses: ["127.0.0.1", "127.0.0.2"] as const }),
    async cleanup(name) {
      const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${name}(-[0-9]+)?([.].+)?$`] }));
      const all = await engine.call("GET", `/containers/json?all=1&filters=${filters}`);
      await Promise.all(
        all.map(({ Id }: { Id: string }) => engine.request("DELETE", `/containers/${Id}?force=true&v=true`)),
      );
    },
    async close() {
      await strategy.close();
      await world.close();
    },
  };
}
