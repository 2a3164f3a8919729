import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onVersion } from "./contract-on-version.support.js";

// From API 1.44 on, a container joins all its networks when it is created. Everything else runs in the matrix.
describeStrategyContract("local Docker on Engine 28.5", onVersion("28.5"), {
  only: ["deployment", "networks", "failures", "remove", "list"],
});
