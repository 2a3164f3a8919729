import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "./testing/contract-target.js";

describeStrategyContract("memory", () => memoryTarget());
