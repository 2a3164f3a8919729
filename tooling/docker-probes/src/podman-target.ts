import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ContractTarget } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerTarget, type Elsewhere } from "./container-target.js";
import { keepHealthChecks } from "./podman-health.js";
import { podmanSettings } from "./podman-settings.js";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** The contract's target for a strategy that runs services as containers of Podman. */
export function podmanTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  engine: RawEngine,
  elsewhere: Elsewhere,
): ContractTarget {
  const target = containerTarget(strategy, engine, elsewhere);
  const checks = keepHealthChecks(engine);
  const found = async (path: string): Promise<Json> => {
    const { status, body } = await engine.request("GET", path);
    return status === 200 ? body : undefined;
  };
  return {
    ...target,
    // Podman publishes ports on internal networks.
    internalNetwork: undefined,
    probes: {
      ...target.probes,
      async settings(name) {
        const container = await found(`/containers/${name}/json`);
        if (container?.Name !== `/${name}`) return undefined;
        const image = await found(`/images/${encodeURIComponent(container.Image)}/json`);
        const names: string[] = container.Mounts.flatMap(({ Name }: Json) => Name ?? []);
        const volumes = await Promise.all(
          names.map(async (volume) => [volume, await found(`/volumes/${volume}`)] as const),
        );
        return podmanSettings(container, image, new Map(volumes));
      },
    },
    async close() {
      await checks.stop();
      await target.close();
    },
  };
}
