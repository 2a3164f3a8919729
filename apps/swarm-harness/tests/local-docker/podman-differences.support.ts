import type { PodmanVersion } from "@openfactory/swarm-harness";

/** The cases that fail on Podman, each with its reason: see the README. */
const always = {
  "odd characters > labels": "Podman stores no label whose name contains an equals sign, and the strategy rejects it",
  "settings > the settings of a service are those of the request it was made from > with the pull policy `always`":
    "Podman asks no registry for a digest: the digest of an image is known once it is pulled",
  "preflight > preflight finds an image that its registry does not have": "Podman asks no registry before it pulls",
  "preflight > preflight finds a volume that exists with other options, and takes one with the same options in another order":
    "Podman treats the size of a tmpfs volume as a quota",
};

export const podmanDifferences: Record<PodmanVersion, Record<string, string>> = {
  "podman-4.3": {
    ...always,
    "what a process sees > a process sees > both limits of open files":
      "Podman 4 also sets 1048576 processes for a container with limits, which not every machine allows",
  },
  "podman-5.4": always,
};
