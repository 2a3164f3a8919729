import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onVersion } from "./contract-on-version.support.js";

describeStrategyContract("docker 26.1", onVersion("26.1"));
