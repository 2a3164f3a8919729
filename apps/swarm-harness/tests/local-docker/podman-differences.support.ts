import type { PodmanVersion } from "@openfactory/swarm-harness";

/** Differences on Podman that the strategy can't hide: see the README. */
const always = {
  "special characters > labels reach the engine unchanged":
    "Podman loses a label whose name contains an equals sign, and the strategy rejects it",
  "settings > the settings of a service equal those of its request > with the pull policy `always`":
    "Podman does not ask a registry for a digest: the digest of an image is known after its pull",
  "preflight > preflight() finds an image that its registry does not have":
    "Podman does not ask a registry before it pulls",
  "preflight > preflight() finds an existing volume with other options, and accepts one with the same options in another order":
    "Podman reads the size of a tmpfs volume as its own quota",
};

const NO_POLICY_CHANGE = "Podman 4 can't change a restart policy, and stop() rejects with UNSUPPORTED";
const NO_HOST_GATEWAY = "Podman 4 does not support the address host-gateway, and the strategy rejects it";

export const podmanDifferences: Record<PodmanVersion, Record<string, string>> = {
  "podman-4.3": {
    ...always,
    "process environment > a process sees > both limits of open files":
      "Podman 4 adds a limit of 1048576 processes to a container with own limits, which not every machine allows",
    "process environment > a process sees > the address of its host": NO_HOST_GATEWAY,
    "settings > the settings of a service equal those of its request > extraHosts: host-gateway": NO_HOST_GATEWAY,
    "stop > a service with the restart condition on-failure is stopped for inspect(), list() and wait(), and has the same settings":
      NO_POLICY_CHANGE,
    "stop > a service with the restart condition none is stopped for inspect(), list() and wait(), and has the same settings":
      NO_POLICY_CHANGE,
  },
  "podman-5.4": always,
};
