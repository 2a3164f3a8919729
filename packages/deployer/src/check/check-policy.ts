import {
  amendRequest,
  DeploymentError,
  type ErrorIssue,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  mapLimit,
} from "@openfactory/deploy-core";
import { type Policy, policyOf, type VerifyImage } from "../model/policy.js";
import { locationOf } from "../model/project.js";
import type { CheckedProject } from "./check-project.js";
import type { CheckedApp } from "./check-requests.js";
import { type Violation, violations, volumeViolations } from "./policy-rules.js";
import { verifySignature } from "./verify-signature.js";

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
    ...checked.apps.flatMap((app) => violations(app.request, policy).map((found) => issueOf(found, policy, app))),
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
    const verified = await verifySignature(request.image, keys, verifyImage, signal);
    if ("digest" in verified) request = amendRequest(request, { image: verified.pinned });
    else issues.push(issueOf(verified, policy, app));
  }
  return request === app.request ? app : { ...app, request };
}

export const messageOf = ({ message, rule }: Pick<Violation, "message" | "rule">, { source }: Policy): string =>
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

/** @throws DeploymentError `POLICY_VIOLATION` if there are issues. */
export function throwIfViolated(issues: readonly ErrorIssue[]): void {
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
