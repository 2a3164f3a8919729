import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

// Half of the random runs, since a swarm starts and ends each task seconds later. The matrix has all.
describeStrategyContract("Swarm of three nodes", onSwarm(3, "20.10"), {
  shard: { index: 2, count: 2 },
  model: { runs: 2 },
});
