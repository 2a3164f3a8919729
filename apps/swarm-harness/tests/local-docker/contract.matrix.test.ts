import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { ENGINE_VERSIONS, PODMAN_VERSIONS } from "@openfactory/swarm-harness";
import { onPodman, onVersion } from "./contract-on-version.support.js";
import { podmanDifferences } from "./podman-differences.support.js";

for (const version of ENGINE_VERSIONS) describeStrategyContract(`docker ${version}`, onVersion(version));
for (const version of PODMAN_VERSIONS) {
  describeStrategyContract(`docker ${version}`, onPodman(version), { differs: podmanDifferences[version] });
}
