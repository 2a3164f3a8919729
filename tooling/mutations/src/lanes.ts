import { createSwarm } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import type { Mutation, SuiteName } from "./mutation.ts";
import { baseline, judge, type MutationResult } from "./judge.ts";

type Report = (result: MutationResult) => void;

/** Runs the mutations of one suite in sequence. */
async function lane(
  suite: SuiteName,
  mutations: readonly Mutation[],
  env: Record<string, string>,
  report: Report,
): Promise<MutationResult[]> {
  const unmutated = await baseline(suite, mutations, env);
  if (unmutated.passed.length === 0)
    throw new Error(`No case of ${suite} passes without a mutation:\n${unmutated.output}`);
  const results: MutationResult[] = [];
  for (const mutation of mutations) {
    const result = await judge(mutation, unmutated, env);
    report(result);
    results.push(result);
  }
  return results;
}

/** Runs mutations on the engine of `DOCKER_HOST`. */
export const dockerLane = async (mutations: readonly Mutation[], report: Report): Promise<MutationResult[]> =>
  mutations.length === 0 ? [] : lane("docker", mutations, {}, report);

/** Runs mutations on a swarm of one node, which they share. */
export async function swarmLane(mutations: readonly Mutation[], report: Report): Promise<MutationResult[]> {
  if (mutations.length === 0) return [];
  const swarm = await createSwarm({ nodes: 1, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
  try {
    const nodes = swarm.nodes.map(({ name, host, address }) => ({ name, host, address }));
    return await lane(
      "swarm",
      mutations,
      { MUTATION_SWARM: JSON.stringify({ nodes, gateway: swarm.gateway }) },
      report,
    );
  } finally {
    await swarm.down();
  }
}
