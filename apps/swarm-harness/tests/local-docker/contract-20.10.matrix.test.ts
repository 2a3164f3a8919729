import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onVersion } from "./contract-on-version.support.js";

describeStrategyContract("docker 20.10", onVersion("20.10"));
