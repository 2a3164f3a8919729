import { createEngine as connect } from "@openfactory/docker-engine";
import { containerTarget, endingWith, podmanTarget } from "@openfactory/docker-probes";
import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ContractFactory, ContractTarget } from "@openfactory/strategy-contract-tests";
import { createEngine, type EngineVersion, type NodeVersion, type PodmanVersion } from "@openfactory/swarm-harness";
import { type RawEngine, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

/** The address of the engine's published ports, and the address by which it reaches a registry of this machine. */
interface Addresses {
  published: string;
  registry: string;
}

type MakeTarget = (
  strategy: OpenFactoryServiceDeploymentStrategy,
  engine: RawEngine,
  addresses: Addresses,
) => ContractTarget;

const onNode =
  (version: NodeVersion, makeTarget: MakeTarget): ContractFactory =>
  async () => {
    const node = await createEngine({ engine: version, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
    const strategy = new LocalDockerDeploymentStrategy(connect({ host: node.host }));
    const target = makeTarget(strategy, node.api, { published: node.address, registry: node.gateway });
    return endingWith(target, () => node.down());
  };

/** An engine of that version, in its own container. */
export const onVersion = (version: EngineVersion): ContractFactory => onNode(version, containerTarget);

/** Podman of that version, in its own container. */
export const onPodman = (version: PodmanVersion): ContractFactory => onNode(version, podmanTarget);
