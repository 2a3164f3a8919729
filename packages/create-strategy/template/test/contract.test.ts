import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import target from "./contract-target.js";

describeStrategyContract("my-platform", target.factory, target.options);
