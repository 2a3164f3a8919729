import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

describeStrategyContract("Swarm of three nodes", onSwarm(3, "20.10"), { shard: { index: 1, count: 2 } });
