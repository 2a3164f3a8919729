import type { PodmanVersion } from "@openfactory/swarm-harness";

/** What is otherwise on Podman, and can't be made to be as on Docker: see the README. */
const always = {
  "odd characters > labels": "Podman keeps no label whose name holds an equals sign, and the strategy refuses it",
};

export const podmanDifferences: Record<PodmanVersion, Record<string, string>> = {
  "podman-4.3": {
    ...always,
    "what a process sees > a process sees > both limits of open files":
      "Podman 4 gives a container with limits of its own 1048576 processes beside them, which not every machine may give",
  },
  "podman-5.4": always,
};
