import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import target from "./target.js";

// A part of the contract while working on the strategy: SHARD=1/3 npx vitest run conformance/contract.test.ts -t "logs"
const [index = 1, count = 1] = (process.env["SHARD"] ?? "1/1").split("/").map(Number);
describeStrategyContract("quadlet", target.factory, { ...target.options, shard: { index, count } });
