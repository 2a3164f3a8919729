import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { ENGINE_VERSIONS } from "@openfactory/swarm-harness";
import { onVersion } from "./contract-on-version.test.support.js";

for (const version of ENGINE_VERSIONS) describeStrategyContract(`docker ${version}`, onVersion(version));
