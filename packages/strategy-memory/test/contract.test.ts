import { REQUEST_FIELDS } from "@openfactory/deploy-core";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "./contract-target.js";

describeStrategyContract("memory", () => memoryTarget(), { failedCalls: { calls: "all" } });

// Keeps every field, so that each case about a field runs without an engine.
describeStrategyContract("memory that supports every field", () => memoryTarget({ supportedFields: REQUEST_FIELDS }), {
  differs: {
    "remove > remove() of a service in a crash loop removes all of it":
      "it keeps a restart policy and restarts nothing",
  },
});
