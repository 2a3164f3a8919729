import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onPodman } from "./contract-on-version.support.js";
import { podmanDifferences } from "./podman-differences.support.js";

describeStrategyContract("docker podman-4.3", onPodman("podman-4.3"), { differs: podmanDifferences["podman-4.3"] });
