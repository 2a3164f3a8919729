import {
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import type { LocalDockerOptions } from "../options.js";
import { type Candidate, candidateOf, type Finding } from "./candidate.js";
import { checkImages } from "./images.js";
import { checkNames, checkPorts } from "./names-and-ports.js";
import { checkLimits, checkNetworks, checkVolumes } from "./resources.js";
import { lookAround } from "./snapshot.js";

/** What would make deploys of these requests fail, or not do what is expected, as far as the engine can tell. */
export async function preflight(
  engine: DockerEngine,
  requests: readonly PreflightRequest[],
  platform: LocalDockerOptions,
  options: PreflightOptions,
): Promise<PreflightProblem[]> {
  throwIfAborted(options.signal);
  const apiVersion = await engine.apiVersion({ signal: options.signal });
  const seen = requests.map((request) => candidateOf(request, platform, apiVersion));
  const candidates = seen.filter((one): one is Candidate => "request" in one);
  const [world, imageFindings] = await Promise.all([
    lookAround(
      engine,
      candidates.map(({ request }) => request),
      options,
    ),
    checkImages(engine, candidates, options),
  ]);
  const findingsOf = (candidate: Candidate): Finding[] => [
    ...checkNames(candidate, world),
    ...imageFindings(candidate),
    ...checkNetworks(candidate, world),
    ...checkPorts(candidate, world, candidates),
    ...checkVolumes(candidate, world),
    ...checkLimits(candidate, world),
  ];
  return seen.flatMap((one) =>
    ("findings" in one ? one.findings : findingsOf(one)).map((finding) => ({ service: one.service, ...finding })),
  );
}
