import type { ContractTargetModule } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "../../../../packages/strategy-memory/test/contract-target.js";
import { ownImplementation } from "./own-implementation.js";

/** The strategy in memory, which is its own engine. */
export default {
  name: "memory",
  implementation: ownImplementation("strategy-memory"),
  factory: () => memoryTarget(),
} satisfies ContractTargetModule;
