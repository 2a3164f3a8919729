import { quote } from "./report/nearest.js";
import { Findings } from "./report/findings.js";
import type { AppProject } from "./model.js";

/** What a platform is like, as far as a file's validity goes. */
export interface TargetTraits {
  /** The platform places apps on nodes of its own choice: a directory of one host is not there on the others. */
  multiNode: boolean;
}

/**
 * Whether the apps of a project can be deployed on a platform with these traits.
 * @throws DeploymentError `INVALID_FILE`: local storage on a platform of several nodes.
 */
export function validateFor({ apps }: AppProject, { multiNode }: TargetTraits): void {
  if (!multiNode) return;
  const findings = new Findings();
  for (const { key, usesLocalStorage } of apps) {
    for (const location of usesLocalStorage) {
      findings.add(
        location,
        `the app ${quote(key)} uses local storage, and the platform chooses the node on which it runs`,
        "Use storage of type nfs, or deploy on a platform of one node.",
      );
    }
  }
  findings.throwIfAny();
}
