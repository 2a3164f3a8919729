/** What a registry is shown. Source: Engine API, "Authentication". */
export interface RegistryCredentials {
  username?: string;
  password?: string;
  /** From `docker login` with an identity token. */
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}

/** Why credentials could not be looked up: a credential helper, or config.json itself, fails. */
export interface CredentialsProblem {
  /** One sentence, without a full stop. Holds no credentials. */
  message: string;
  /** One sentence: what to do. */
  hint: string;
}

/** Credentials, and where they were found; at least one of `credentials` and `problem` is set. */
export interface FoundCredentials {
  credentials?: RegistryCredentials;
  /** The credential helper that gave them, as config.json names it; none: they are written in config.json. */
  helper?: string;
  /** What failed on the way to them. */
  problem?: CredentialsProblem;
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
  /** Set where the look-up failed. */
  problem?: CredentialsProblem;
  /** There are none, since the look-up failed: calls go without. */
  unavailable?: true;
}
