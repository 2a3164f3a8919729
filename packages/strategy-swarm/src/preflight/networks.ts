import type { PreflightProblem } from "@openfactory/deploy-core";
import { ambiguousNetwork } from "@openfactory/docker-engine";
import { type Candidate, problem } from "./candidate.js";
import type { World } from "./world.js";

/** Networks of every node's own that the swarm lets services join. */
const PREDEFINED: ReadonlySet<string> = new Set(["host", "bridge"]);

/** Networks that are missing, or that services can't join: told as the deploy would tell them. */
export function networkProblems(candidate: Candidate, { networks }: World): PreflightProblem[] {
  return (candidate.request.networks ?? []).flatMap((name, index): PreflightProblem[] => {
    if (PREDEFINED.has(name)) return [];
    const field = `networks[${index}]`;
    const found = networks.filter(({ Name }) => Name === name);
    // A network of one node's own may have the same name: services never join it.
    const joinable = found.filter(({ Scope, Ingress }) => Scope === "swarm" && !Ingress);
    const ambiguous = ambiguousNetwork(name, joinable);
    if (ambiguous !== undefined) return [problem(candidate, { code: "CONFLICT", field, ...ambiguous })];
    if (joinable.length > 0) return [];
    if (found.length === 0) {
      const hint = `Create it first (docker network create --driver overlay ${name}), or correct its name.`;
      return [problem(candidate, { code: "NETWORK_NOT_FOUND", field, message: `There is no network ${name}`, hint })];
    }
    const message = found.some(({ Ingress }) => Ingress)
      ? `Network ${name} is the swarm's own, for published ports`
      : `Network ${name} is no network of the swarm: it exists on one node only`;
    const hint = "Create it as an overlay network (`docker network create --driver overlay ...`), or use one that is.";
    return [problem(candidate, { code: "CONFLICT", field, message, hint })];
  });
}
