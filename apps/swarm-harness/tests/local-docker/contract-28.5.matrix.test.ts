import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onVersion } from "./contract-on-version.support.js";

describeStrategyContract("docker 28.5", onVersion("28.5"));
