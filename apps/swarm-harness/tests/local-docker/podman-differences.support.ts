import type { PodmanVersion } from "@openfactory/swarm-harness";

/** What is otherwise on Podman, and can't be made to be as on Docker: see the README. */
const always = {
  "odd characters > labels": "Podman keeps no label whose name holds an equals sign, and the strategy refuses it",
  "settings > the settings of a service are those of the request it was made from > with the pull policy `always`":
    "Podman asks no registry for a digest: what an image is pinned to is known once it is pulled",
  "preflight > preflight finds an image that its registry does not have": "Podman asks no registry before it pulls",
  "preflight > preflight finds a volume that exists with other options, and takes one with the same options in another order":
    "Podman takes the size of a tmpfs volume for a quota of its own",
};

export const podmanDifferences: Record<PodmanVersion, Record<string, string>> = {
  "podman-4.3": {
    ...always,
    "what a process sees > a process sees > both limits of open files":
      "Podman 4 gives a container with limits of its own 1048576 processes beside them, which not every machine may give",
  },
  "podman-5.4": always,
};
