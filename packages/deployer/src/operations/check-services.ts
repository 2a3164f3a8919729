import {
  type ErrorIssue,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  parseImageReference,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import { type Policy, policyOf, type VerifyImage } from "../model/policy.js";
import { INSPECT_CONCURRENCY, observeOne } from "../observe/observe.js";
import { messageOf, throwIfViolated } from "../check/check-policy.js";
import { hasRules, type Violation, violations } from "../check/policy-rules.js";
import { signatureViolation, verifySignature } from "../check/verify-signature.js";

/** A deployed service that is about to run containers or a command. */
interface CheckedService {
  readonly app: string;
  readonly service: string;
}

interface ServiceCheck extends Pick<OperationOptions, "signal"> {
  /** `previous`: the version that a rollback restores. Default: the one that is deployed. */
  version?: "current" | "previous";
  /** Verify signatures, which requires the registries of the images. Default true. */
  signatures?: boolean;
}

/**
 * Checks services against the policies of the strategy, before an operation starts their containers again or runs a command in
 * them: nothing else has checked what was deployed without the policy. Makes one call for each service, and none without
 * policies.
 * @throws DeploymentError `POLICY_VIOLATION` with one issue per violation, also if the settings of a service can't be read; an
 * error of reading the policies.
 */
export async function checkServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  services: readonly CheckedService[],
  { version = "current", signatures = true, signal }: ServiceCheck = {},
): Promise<void> {
  if (services.length === 0) return;
  const { policies, verifyImage } = await policyOf(strategy);
  const inForce = policies.filter(hasRules);
  if (inForce.length === 0) return;
  const issues = await mapLimit(INSPECT_CONCURRENCY, services, async ({ app, service }): Promise<ErrorIssue[]> => {
    const status = await observeOne(strategy, service, { signal });
    // The operation reports a service that no longer exists.
    if (status === undefined) return [];
    const name = version === "previous" ? `the previous version of ${app}` : app;
    const settings = version === "previous" ? status.previous?.settings : status.settings;
    const found: ErrorIssue[] = [];
    for (const policy of inForce) {
      if (settings === undefined) {
        found.push(unreadable(name, policy, strategy.manifest.name));
        continue;
      }
      found.push(...violations(settings, policy).map((each) => issueOf(name, each, policy)));
      const keys = signatures ? policy.images?.signedBy : undefined;
      const unsigned = keys && (await findUnsigned(settings, keys, verifyImage, signal));
      if (unsigned) found.push(issueOf(name, unsigned, policy));
    }
    return found;
  });
  throwIfViolated(issues.flat());
}

/** The files may already have allowed settings, so the hint is the same for all rules. */
const HINT = "Deploy an allowed version with `ofdeploy up`, or remove the app with `ofdeploy down`.";

/** The violation of `signed_by`, if the image is not signed as required or that can't be determined. */
async function findUnsigned(
  { image }: ServiceSettings,
  keys: readonly string[],
  verifyImage: VerifyImage | undefined,
  signal: AbortSignal | undefined,
): Promise<Violation | undefined> {
  const reference = parseImageReference(image);
  const expected = "id" in reference ? undefined : reference.digest;
  // The engine might run another image than the one that the registry has for the tag.
  if (!("id" in reference) && expected === undefined)
    return signatureViolation(`the image ${image} has no digest, so that its signature can't be verified`, HINT);
  const verified = await verifySignature(image, keys, verifyImage, signal);
  if (!("digest" in verified)) return verified;
  return verified.digest === expected
    ? undefined
    : signatureViolation(`the image ${image} has another digest in its registry`, HINT);
}

const issueOf = (name: string, found: Violation, policy: Policy): ErrorIssue => ({
  code: "POLICY_VIOLATION",
  field: found.field,
  message: `${name}: ${messageOf(found, policy)}`,
  hint: HINT,
});

const unreadable = (name: string, { source }: Policy, platform: string): ErrorIssue => ({
  code: "POLICY_VIOLATION",
  message: `the policy ${source} can't be checked for ${name}: the platform ${platform} does not report its settings`,
  hint: HINT,
});
