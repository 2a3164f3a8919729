import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

describeStrategyContract("swarm x1 28.5", onSwarm(1, "28.5"));
