import { DeploymentError, formatLocation } from "@openfactory/deploy-core";
import type { FileNote } from "../model/project.js";
import type { ProjectWarning } from "../model/warnings.js";

/** Notes that are errors in strict mode: what is deployed differs from what the file says. */
const STRICT: ReadonlySet<FileNote["code"]> = new Set(["KEY_NOT_SUPPORTED", "VARIABLE_NOT_SET"]);

/**
 * The notes about the files as warnings.
 * @throws DeploymentError `UNSUPPORTED` in strict mode, with one issue for each position of a key that is not supported.
 */
export function checkNotes(
  notes: readonly FileNote[],
  { strict = false }: { strict?: boolean } = {},
): ProjectWarning[] {
  const refused = strict ? notes.filter(({ code }) => STRICT.has(code)) : [];
  const [first] = refused;
  if (first !== undefined) {
    throw new DeploymentError("UNSUPPORTED", noteText(first), {
      issues: refused.flatMap(({ key, reason, locations }) =>
        locations.map((location) => ({ message: `${key}: ${reason}`, location })),
      ),
      hint: "Remove the keys and set the variables, or drop --strict. Nothing was deployed.",
    });
  }
  return notes.map((note) => ({ code: note.code, reason: noteText(note) }));
}

/** `compose.yaml:12:5: services.web.dns: reason Also at compose.yaml:20:5.` */
function noteText({ key, reason, locations: [first, ...others] }: FileNote): string {
  const where = first === undefined ? "" : `${formatLocation(first)}: `;
  const also = others.length === 0 ? "" : ` Also at ${others.map(formatLocation).join(", ")}.`;
  return `${where}${key}: ${reason}${also}`;
}
