import { createHash } from "node:crypto";
import { type DeployRequest, type NormalizedRequest, parseRequest } from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS } from "./labels.js";

/** JSON with the keys of every object sorted and what is undefined left out: equal values give equal text. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** The order of variables means nothing; ownership labels are not part of what was asked for. */
const essence = ({ env, labels = {}, ...rest }: NormalizedRequest): object => ({
  ...rest,
  env: [...env].sort(),
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !OWNERSHIP_LABELS.includes(label))),
});

/**
 * SHA-256 of what a request asks for, as `sha256:<64 hex digits>`: two requests with one hash make the same service.
 *
 * The values of `env` count, since a changed value is a changed service. A hash does not tell them; whoever sees it
 * could only confirm a guess of the whole request, and whoever may read labels off an engine may read the variables
 * themselves there. What must stay hidden from such readers belongs in `secrets`, which are named here and never read.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export function requestHash(request: DeployRequest): string {
  return `sha256:${createHash("sha256").update(canonicalJson(essence(parseRequest(request)))).digest("hex")}`;
}
