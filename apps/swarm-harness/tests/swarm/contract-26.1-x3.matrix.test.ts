import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

describeStrategyContract("swarm x3 26.1", onSwarm(3, "26.1"));
