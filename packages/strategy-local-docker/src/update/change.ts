import type { DeploymentWarning } from "@openfactory/deploy-core";
import type { Family } from "../family/families.js";
import type { SeenMember } from "../family/member.js";
import type { Role } from "../family/place.js";
import type { StartFaultSubject } from "../start-fault.js";

/** A container that is to take a place: one that an update has made, or the version before, on its way back. */
interface Candidate {
  id: string;
  /** The name it is to have. */
  base: string;
  /** It is to stand for a service of no replicas: it is not started. */
  idle: boolean;
  /** Of one that is idle: its restart policy, which its name tells. */
  policy?: string;
  /** Where it is until then. */
  role: Extract<Role, "next" | "returning">;
  /** For errors: what its start was asked for. */
  request: StartFaultSubject;
}

/** One version of a service in place of another. */
export interface Change {
  service: string;
  /** What is there. */
  current: Family<SeenMember>;
  /** The version before. */
  previous: Family<SeenMember>;
  /** What is to be there; grows while they are made. */
  candidates: Candidate[];
  /** What is not as requested; grows while they are made and started. */
  warnings: DeploymentWarning[];
}
