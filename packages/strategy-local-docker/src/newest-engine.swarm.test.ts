import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onVersion } from "./contract-on-version.test.support.js";

// The newest API takes all networks when a container is created, where older ones connect it to each afterwards.
describeStrategyContract("local Docker on Engine 28.5", onVersion("28.5"));
