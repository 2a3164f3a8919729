import { REQUEST_FIELDS } from "@openfactory/deploy-core";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "./contract-target.js";

describeStrategyContract("memory", () => memoryTarget());

// Keeps every field, so that each case on a field is passed by something that needs no engine.
describeStrategyContract("memory that honours every field", () => memoryTarget({ honours: REQUEST_FIELDS }), {
  differs: {
    "remove > of one that ends again and again": "a restart policy is kept, and nothing is started again by it",
  },
});
