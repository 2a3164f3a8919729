import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

describeStrategyContract("swarm x1 26.1", onSwarm(1, "26.1"));
