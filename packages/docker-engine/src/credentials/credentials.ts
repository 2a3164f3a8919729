/** What a registry is shown. Source: Engine API, "Authentication". */
export interface RegistryCredentials {
  username?: string;
  password?: string;
  /** From `docker login` with an identity token. */
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}

/** Credentials, and where they were found. */
export interface FoundCredentials {
  credentials: RegistryCredentials;
  /** The credential helper that gave them, as config.json names it; none: they are written in config.json. */
  helper?: string;
}

/** How long credentials last that were made to be used soon. */
export interface ShortLived {
  /** Whose they are, e.g. `Amazon ECR`. */
  issuer: string;
  /** At the most, e.g. `12 hours`. */
  lasting: string;
}

/** What is known of somebody's credentials for a registry. Never the credentials themselves. */
export interface CredentialsNote {
  /** Host, with its port; `docker.io` for Docker Hub. */
  registry: string;
  /** The credential helper that gave them; none: they are written in config.json. */
  helper?: string;
  /** Set where they are of a kind that is known not to last. */
  shortLived?: ShortLived;
}
