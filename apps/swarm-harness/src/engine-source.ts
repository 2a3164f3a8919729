/** Where a node's engine comes from, and how it is started. */
export interface EngineSource {
  /** The official image, where there is one and a registry can be reached. */
  readonly officialImage?: string;
  /** The Debian suite whose packages are of that version. */
  readonly suite: string;
  /** debootstrap's script for it: an older debootstrap lacks the newest suite's own. */
  readonly script: string;
  readonly packages: readonly string[];
  /** The folder of its images and containers. */
  readonly storage: string;
  /** Lines of a shell script, the last of which becomes the engine. */
  readonly start: (registries: InsecureRegistries) => string[];
}

/** From where a node takes images without TLS. */
export interface InsecureRegistries {
  /** As in `10.213.4.0/24`. */
  readonly cidr: string;
  /** The machine's own address in it. */
  readonly gateway: string;
}
