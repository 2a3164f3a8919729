import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.support.js";

describeStrategyContract("swarm x3 20.10", onSwarm(3, "20.10"));
