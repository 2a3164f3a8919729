import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onSwarm } from "./contract-on-swarm.test.support.js";

// The same random runs each time, so that a submission fails for what it changes. The matrix draws new ones.
describeStrategyContract("Swarm of three nodes", onSwarm(3, "20.10"), { model: { seed: 1 } });
