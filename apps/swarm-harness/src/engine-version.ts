import type { EngineSource } from "./engine-source.js";
import { startDocker } from "./start-docker.js";
import { startPodman } from "./start-podman.js";

/** The engine versions of a node. */
export const ENGINE_VERSIONS = ["20.10", "26.1", "28.5"] as const;
export type EngineVersion = (typeof ENGINE_VERSIONS)[number];

/** Versions of Podman, with its Docker-compatible API, which knows no swarms. */
export const PODMAN_VERSIONS = ["podman-4.3", "podman-5.4"] as const;
export type PodmanVersion = (typeof PODMAN_VERSIONS)[number];

export type NodeVersion = EngineVersion | PodmanVersion;

const docker = { packages: ["docker.io", "iptables"], storage: "/var/lib/docker", start: startDocker };
const podman = {
  packages: ["podman", "netavark", "aardvark-dns", "catatonit", "runc", "iptables"],
  storage: "/var/lib/containers",
  start: startPodman,
};

export const ENGINE_SOURCES: Record<NodeVersion, EngineSource> = {
  "20.10": { ...docker, officialImage: "docker:20.10-dind", suite: "bookworm", script: "bookworm" },
  "26.1": { ...docker, officialImage: "docker:26.1-dind", suite: "trixie", script: "sid" },
  "28.5": { ...docker, officialImage: "docker:28.5-dind", suite: "forky", script: "sid" },
  "podman-4.3": { ...podman, suite: "bookworm", script: "bookworm" },
  "podman-5.4": { ...podman, suite: "trixie", script: "sid" },
};
