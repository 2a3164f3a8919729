import type { FileReference, PreflightProblem } from "@openfactory/deploy-core";
import { type Candidate, problem } from "./candidate.js";
import type { World } from "./world.js";

/** Secrets and configs that are missing. */
export const fileProblems = (candidate: Candidate, { secrets, configs }: World): PreflightProblem[] => [
  ...missing(candidate, "secret", candidate.request.secrets, secrets),
  ...missing(candidate, "config", candidate.request.configs, configs),
];

const missing = (
  candidate: Candidate,
  kind: "secret" | "config",
  files: readonly FileReference[] = [],
  there: ReadonlySet<string>,
): PreflightProblem[] =>
  files.flatMap(({ name }, index) => {
    if (there.has(name)) return [];
    const hint = `Create it first, with \`docker ${kind} create\`.`;
    const message = `There is no ${kind} ${name} on the swarm`;
    return [problem(candidate, { code: "NOT_FOUND", field: `${kind}s[${index}]`, message, hint })];
  });
