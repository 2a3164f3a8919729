/** The engine versions of a node. */
export const ENGINE_VERSIONS = ["20.10", "26.1", "28.5"] as const;
export type EngineVersion = (typeof ENGINE_VERSIONS)[number];

/** Where a node's engine comes from. */
export interface EngineSource {
  /** The official image, where a registry can be reached. */
  readonly officialImage: string;
  /** The Debian suite whose docker.io is of that version. */
  readonly suite: string;
  /** debootstrap's script for it: an older debootstrap lacks the newest suite's own. */
  readonly script: string;
}

export const ENGINE_SOURCES: Record<EngineVersion, EngineSource> = {
  "20.10": { officialImage: "docker:20.10-dind", suite: "bookworm", script: "bookworm" },
  "26.1": { officialImage: "docker:26.1-dind", suite: "trixie", script: "sid" },
  "28.5": { officialImage: "docker:28.5-dind", suite: "forky", script: "sid" },
};
