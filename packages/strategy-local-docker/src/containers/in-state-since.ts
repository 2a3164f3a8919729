import { type ContainerDetails, type DockerEngine, perEngine } from "@openfactory/docker-engine";

/** When a container reached a state, by `performance.now()`. */
interface Since {
  readonly at: number;
  /** The engine's time of the state; undefined until the container was inspected. */
  readonly time?: string;
}

const known = perEngine(() => new Map<string, Since>());

/** Records that this process has started a container. */
export const recordStart = (engine: DockerEngine, id: string): void => {
  known(engine).set(id, { at: performance.now() });
};

export const forgetStart = (engine: DockerEngine, id: string): void => void known(engine).delete(id);

/**
 * When a container reached the state that it has since `time` of the engine, by `performance.now()`. The engine's clock may differ
 * from ours by any amount: its times only distinguish the states of a container. A state counts from when this process first saw it,
 * and a process that it has started itself, from its start.
 */
export function inStateSince(engine: DockerEngine, container: ContainerDetails, time: string): number {
  const { Id: id, RestartCount, State } = container;
  const last = known(engine).get(id);
  if (last?.time === time) return last.at;
  const isOwnStart = last !== undefined && last.time === undefined && RestartCount === 0 && time === State.StartedAt;
  const at = isOwnStart ? last.at : performance.now();
  known(engine).set(id, { at, time });
  return at;
}
