import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onPodman } from "./contract-on-version.support.js";
import { podmanDifferences } from "./podman-differences.support.js";

describeStrategyContract("docker podman-5.4", onPodman("podman-5.4"), { differs: podmanDifferences["podman-5.4"] });
