import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "./contract-target.js";

describeStrategyContract("memory", () => memoryTarget());
