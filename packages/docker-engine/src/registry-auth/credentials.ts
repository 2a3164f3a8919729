/** Credentials as a registry gets them. Source: Engine API, "Authentication". */
export interface RegistryCredentials {
  username?: string;
  password?: string;
  /** From `docker login` with an identity token. */
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}

/** Why the lookup of credentials failed: in a credential helper, or in config.json. */
export interface CredentialsProblem {
  /** One sentence, without a full stop. Holds no credentials. */
  message: string;
  /** One sentence: what to do. */
  hint: string;
}

/** The result of a lookup. At least one of `credentials` and `problem` is set. */
export interface FoundCredentials {
  credentials?: RegistryCredentials;
  /** The credential helper that returned them, as in config.json; undefined if they are in config.json itself. */
  helper?: string;
  /** The failure, if a helper or the file failed. */
  problem?: CredentialsProblem;
}

/** The lifetime of temporary credentials. */
export interface ShortLived {
  /** The issuer, e.g. `Amazon ECR`. */
  issuer: string;
  /** The longest lifetime, e.g. `12 hours`. */
  lasting: string;
}

/** Where the credentials for a registry come from. Never contains the credentials. */
export interface CredentialsInfo {
  /** Host, with its port; `docker.io` for Docker Hub. */
  registry: string;
  /** The credential helper that returned them; undefined if they are in config.json itself. */
  helper?: string;
  /** Set if they are temporary. */
  shortLived?: ShortLived;
  /** Set if the lookup failed. */
  problem?: CredentialsProblem;
  /** Set if there are none because the lookup failed: calls are made without credentials. */
  unavailable?: true;
}

interface Kind extends ShortLived {
  /** Helpers that return only such credentials, as in config.json. */
  helper: RegExp;
  /** Hosts of its registries. */
  host: RegExp;
  /** The user names of tokens. Other users have passwords or keys that do not expire. */
  user: RegExp;
}

// Sources: Amazon ECR, "Private registry authentication"; Google Artifact Registry, "Configure authentication to Docker";
// Azure Container Registry, "Authenticate with an Azure container registry".
const KINDS: readonly Kind[] = [
  {
    issuer: "Amazon ECR",
    lasting: "12 hours",
    helper: /^ecr-login$/,
    host: /^\d+\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$|^public\.ecr\.aws$/,
    user: /^AWS$/,
  },
  {
    issuer: "Google",
    lasting: "1 hour",
    helper: /^(?:gcloud|gcr)$/,
    host: /^(?:[a-z0-9-]+\.)?gcr\.io$|^[a-z0-9-]+-docker\.pkg\.dev$/,
    user: /^(?:oauth2accesstoken|_dcgcloud_token|_dcgcr_\w+_token)$/,
  },
  {
    issuer: "Azure",
    lasting: "3 hours",
    helper: /^acr-/,
    host: /\.azurecr\.(?:io|cn|us)$/,
    user: /^0{8}-0{4}-0{4}-0{4}-0{12}$/,
  },
];

/** The lifetime of credentials that are known to be temporary; undefined for others. */
export function shortLived(registry: string, { credentials, helper }: FoundCredentials): ShortLived | undefined {
  const kind = KINDS.find(
    ({ helper: names, host, user }) =>
      (helper !== undefined && names.test(helper)) || (host.test(registry) && user.test(credentials?.username ?? "")),
  );
  return kind && { issuer: kind.issuer, lasting: kind.lasting };
}
