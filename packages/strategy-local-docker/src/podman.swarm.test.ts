import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { onPodman } from "./contract-on-version.test.support.js";
import { podmanDifferences } from "./podman-differences.test.support.js";

const ofSettings = ([name]: [string, string]): boolean => name.startsWith("settings > ");

// What Podman answers otherwise than Docker shows in these; all the cases run in the matrix, on an older Podman too.
describeStrategyContract("local Docker on Podman 5.4", onPodman("podman-5.4"), {
  only: [
    "deployment",
    "names in use",
    "failures",
    "remove",
    "list",
    "wait",
    "logs",
    "logs that are followed",
    "updates of what is held",
    "rollback",
    "settings",
  ],
  differs: Object.fromEntries(Object.entries(podmanDifferences["podman-5.4"]).filter(ofSettings)),
});
