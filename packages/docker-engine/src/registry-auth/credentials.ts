import type { DeploymentWarning } from "@openfactory/deploy-core";

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

interface Kind extends ShortLived {
  /** Helpers that give nothing else, as config.json names them. */
  helper: RegExp;
  /** Hosts of its registries. */
  host: RegExp;
  /** The user names that tokens have there; other users have passwords or keys that last. */
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

/** Whether credentials for a registry are of a kind that lasts for hours only. */
export function shortLived(registry: string, { credentials, helper }: FoundCredentials): ShortLived | undefined {
  const kind = KINDS.find(
    ({ helper: names, host, user }) =>
      (helper !== undefined && names.test(helper)) || (host.test(registry) && user.test(credentials?.username ?? "")),
  );
  return kind && { issuer: kind.issuer, lasting: kind.lasting };
}

/** The warning that a look-up of credentials failed; none where it did not. One for each registry, whatever the service. */
export function credentialsWarning(
  service: string,
  strategy: string,
  note: CredentialsNote | undefined,
): DeploymentWarning[] {
  if (note?.problem === undefined) return [];
  const { registry, problem, unavailable } = note;
  const instead = unavailable ? "without credentials" : "with the credentials in config.json";
  return [
    {
      code: "CREDENTIALS_UNAVAILABLE",
      service,
      strategy,
      field: "image",
      registry,
      reason: `${problem.message}. The deployment continues ${instead} for ${registry}. ${problem.hint}`,
    },
  ];
}
