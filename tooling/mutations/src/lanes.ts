import { createSwarm } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import type { Mutation, SuiteName } from "./mutation.ts";
import { baseline, judge, type Judgement } from "./judge.ts";

/** Judges the mutations of one suite, one after the other. */
async function lane(
  suite: SuiteName,
  mutations: readonly Mutation[],
  env: Record<string, string>,
  tell: (judgement: Judgement) => void,
): Promise<Judgement[]> {
  const sound = await baseline(suite, mutations, env);
  if (sound.passed.length === 0) throw new Error(`No case of ${suite} passes without any mutation:\n${sound.output}`);
  const judgements: Judgement[] = [];
  for (const mutation of mutations) {
    const judgement = await judge(mutation, sound, env);
    tell(judgement);
    judgements.push(judgement);
  }
  return judgements;
}

type Tell = (judgement: Judgement) => void;

/** On the engine that `DOCKER_HOST` names. */
export const dockerLane = async (mutations: readonly Mutation[], tell: Tell): Promise<Judgement[]> =>
  mutations.length === 0 ? [] : lane("docker", mutations, {}, tell);

/** On one swarm of one node, which all of them share. */
export async function swarmLane(mutations: readonly Mutation[], tell: Tell): Promise<Judgement[]> {
  if (mutations.length === 0) return [];
  const swarm = await createSwarm({ nodes: 1, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
  try {
    const nodes = swarm.nodes.map(({ name, host, address }) => ({ name, host, address }));
    return await lane("swarm", mutations, { MUTATION_SWARM: JSON.stringify({ nodes, gateway: swarm.gateway }) }, tell);
  } finally {
    await swarm.down();
  }
}
