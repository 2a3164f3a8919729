import * as deployer from "@openfactory/deployer";
import { REQUEST_FIELDS } from "@openfactory/deploy-core";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "../../../../packages/strategy-memory/test/contract-target.js";

describeStrategyContract("memory", () => memoryTarget(), { deployer, only: ["unchanged runs"] });
describeStrategyContract("memory that supports every field", () => memoryTarget({ supportedFields: REQUEST_FIELDS }), {
  deployer,
  only: ["unchanged runs"],
});
