import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

describeStrategyContract("swarm x3 28.5", onSwarm(3, "28.5"));
