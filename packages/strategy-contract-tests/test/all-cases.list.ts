import { describeStrategyContract } from "../src/index.js";

// `collectCases` lists the cases and runs none, so that no target is needed.
describeStrategyContract("all cases", () => Promise.reject(new Error("the cases are listed only")));
