import type { FoundCredentials, ShortLived } from "./credentials.js";

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
