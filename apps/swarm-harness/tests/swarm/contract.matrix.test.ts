import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { ENGINE_VERSIONS } from "@openfactory/swarm-harness";
import { onSwarm } from "./contract-on-swarm.support.js";

for (const version of ENGINE_VERSIONS) {
  for (const nodes of [1, 3]) {
    describeStrategyContract(`swarm x${nodes} ${version}`, onSwarm(nodes, version));
  }
}
