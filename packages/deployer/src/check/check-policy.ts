import {
  amendRequest,
  DeploymentError,
  type ErrorIssue,
  formatImageReference,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  parseImageReference,
  mapLimit,
} from "@openfactory/deploy-core";
import { type Policy, policyOf, type VerifyImage } from "../model/policy.js";
import { locationOf } from "../model/project.js";
import { hashNormalized } from "../model/request-hash.js";
import type { CheckedApp, CheckedProject } from "./check-project.js";
import { RULES, type Violation, volumeViolations } from "./policy-rules.js";

/** How many images are verified at the same time. */
const VERIFY_CONCURRENCY = 8;

/**
 * Checks a project against the policies of the strategy. Makes no call to the engine; verifies signatures with the registries.
 * @returns the project. Each image whose signature was verified has the digest that was signed, so that exactly that image is
 * deployed.
 * @throws DeploymentError `POLICY_VIOLATION` with one issue per violation; an error of reading the policies.
 */
export async function checkPolicy(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  { signal }: Pick<OperationOptions, "signal"> = {},
): Promise<CheckedProject> {
  const { policies, verifyImage } = await policyOf(strategy);
  if (policies.length === 0) return checked;
  const issues = policies.flatMap((policy) => [
    ...checked.apps.flatMap((app) =>
      RULES.filter(({ isSet }) => isSet(policy)).flatMap(({ name, check }) =>
        check(app.request, policy).map((found) => issueOf({ ...found, rule: name }, policy, app)),
      ),
    ),
    ...checked.resources.flatMap((resource) =>
      volumeViolations(resource, policy).map((found) => ({
        ...issueOf(found, policy),
        message: `${resource.key}: ${messageOf(found, policy)}`,
        ...(resource.location && { location: resource.location }),
      })),
    ),
  ]);
  throwIfViolated(issues);
  const verified = await mapLimit(VERIFY_CONCURRENCY, checked.apps, (app) =>
    verifyApp(app, policies, verifyImage, issues, signal),
  );
  throwIfViolated(issues);
  return { ...checked, apps: verified };
}

/**
 * Checks an image that is about to be deployed by its name, without its other settings: the previous version of a rollback.
 * @throws DeploymentError `POLICY_VIOLATION`, also if a policy has rules about other settings, which can't be checked.
 */
export async function checkPreviousVersion(strategy: OpenFactoryServiceDeploymentStrategy, app: string): Promise<void> {
  const { policies } = await policyOf(strategy);
  const [policy] = policies;
  if (policy === undefined) return;
  throw new DeploymentError(
    "POLICY_VIOLATION",
    `The policy ${policy.source} can't be checked for the previous version of ${app}: its settings are not known. Nothing was changed.`,
    { hint: "Deploy that version with `ofdeploy up`, from its file." },
  );
}

async function verifyApp(
  app: CheckedApp,
  policies: readonly Policy[],
  verifyImage: VerifyImage | undefined,
  issues: ErrorIssue[],
  signal: AbortSignal | undefined,
): Promise<CheckedApp> {
  let { request } = app;
  for (const policy of policies) {
    const keys = policy.images?.signedBy;
    if (keys === undefined) continue;
    const refuse = (message: string, hint: string): void =>
      void issues.push(issueOf({ rule: "images.signed_by", field: "image", message, hint }, policy, app));
    const reference = parseImageReference(request.image);
    if ("id" in reference) {
      refuse("an image by its id has no signature", "Use the name of the image in its registry.");
    } else if (verifyImage === undefined) {
      refuse("signatures can't be verified by this program", "Pass verifyImage with the policy.");
    } else {
      try {
        const digest = await verifyImage(request.image, keys, { signal });
        request = amendRequest(request, { image: formatImageReference({ ...reference, digest }) });
      } catch (error) {
        if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
        refuse(error.message.replace(/\.$/, ""), error.hint ?? "Sign the image with `cosign sign --key`.");
      }
    }
  }
  return request === app.request ? app : { ...app, request, hash: hashNormalized(request) };
}

const messageOf = ({ message, rule }: Violation, { source }: Policy): string =>
  `${message} (rule ${rule} of the policy ${source})`;

function issueOf(
  found: Violation,
  policy: Policy,
  { app }: Pick<CheckedApp, "app"> | { app?: undefined } = {},
): ErrorIssue {
  const location = app && locationOf(app, found.field);
  return {
    code: "POLICY_VIOLATION",
    field: found.field,
    message: `${app === undefined ? "" : `${app.key}: `}${messageOf(found, policy)}`,
    hint: found.hint,
    ...(location && { location }),
  };
}

function throwIfViolated(issues: readonly ErrorIssue[]): void {
  const [first] = issues;
  if (first === undefined) return;
  const more = issues.length > 1 ? `; and ${issues.length - 1} more` : "";
  throw new DeploymentError(
    "POLICY_VIOLATION",
    `The policy forbids this: ${first.message}${more}. Nothing was changed.`,
    {
      issues: [...issues],
      hint: first.hint,
      location: first.location,
    },
  );
}
