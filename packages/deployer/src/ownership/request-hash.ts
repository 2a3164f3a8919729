import { hash } from "node:crypto";
import { type DeployRequest, type NormalizedRequest, parseRequest } from "@openfactory/deploy-core";
import { canonicalJson } from "../canonical-json.js";
import { canonicalMount, canonicalVariable } from "../compare/canonical.js";
import { OWNERSHIP_LABELS } from "./labels.js";

/** The order of variables and mount options does not count; ownership labels are not part of what was asked for. */
const essence = ({ env, labels = {}, mounts, ...rest }: NormalizedRequest): object => ({
  ...rest,
  env: env.map(canonicalVariable).sort(),
  ...(mounts && { mounts: mounts.map(canonicalMount) }),
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !OWNERSHIP_LABELS.includes(label))),
});

/** As {@link requestHash}, of a request that has been parsed already. */
export const hashOf = (request: NormalizedRequest): string =>
  `sha256:${hash("sha256", canonicalJson(essence(request)))}`;

/**
 * SHA-256 of what a request asks for, as `sha256:<64 hex digits>`: two requests with one hash make the same service.
 *
 * The values of `env` count, since a changed value is a changed service. A hash does not tell them; whoever sees it
 * could only confirm a guess of the whole request, and whoever may read labels off an engine may read the variables
 * themselves there. What must stay hidden from such readers belongs in `secrets`, which are named here and never read.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export const requestHash = (request: DeployRequest): string => hashOf(parseRequest(request));
