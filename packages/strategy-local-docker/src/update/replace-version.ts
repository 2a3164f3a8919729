import { DeploymentError, type UpdateOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { lookAgain } from "../containers/find.js";
import type { SeenMember } from "../containers/group.js";
import { back, forward, settle } from "../containers/recovery.js";
import { type Claims, mayCoexist } from "./host-resources.js";
import { besideEachOther, type Change, interference, oneAfterTheOther } from "./update-order.js";

/**
 * Puts one version of a service in place of another. Whatever goes wrong before the new one is proven and has the name,
 * puts back what was there: the same containers, started again where they were stopped.
 * @param prepare makes the candidates, and adds each to the change as soon as it is there.
 * @returns what could not be tidied up after the change was made, and the engine's warnings: one sentence each.
 * @throws DeploymentError `CONFLICT`, `TASK_FAILED`, `TIMEOUT`, `ABORTED`, ...
 */
export async function makeChange(
  engine: DockerEngine,
  change: Change,
  claims: readonly Claims[],
  prepare: () => Promise<void>,
  options: UpdateOptions,
): Promise<string[]> {
  const stopped = new Set<string>();
  try {
    await prepare();
    if (await mayCoexist(engine, change.current, claims, options)) await besideEachOther(engine, change, options);
    else await oneAfterTheOther(engine, change, stopped, options);
  } catch (error) {
    const cause = DeploymentError.isInstance(error, "NOT_FOUND") ? interference(change.service, error.cause) : error;
    throw await putBack(engine, change, stopped, cause);
  }
  return finish(engine, change);
}

/** The error, with what could not be put back, if anything. */
async function putBack(
  engine: DockerEngine,
  change: Change,
  stopped: ReadonlySet<string>,
  error: unknown,
): Promise<unknown> {
  try {
    await settle(
      engine,
      back(
        (await everything(engine, change)).map((member) => asCandidate(change, member)),
        stopped,
      ),
    );
    return error;
  } catch (fault) {
    if (!DeploymentError.isInstance(error) || !DeploymentError.isInstance(fault)) return error;
    const { service } = change;
    return new DeploymentError(error.code, `${error.message} ${service} could not be put back: ${fault.message}`, {
      ...error,
      issues: [...error.issues],
      cause: error.cause,
      hint: `${error.hint ?? ""} See with docker ps --all what is there of ${service}; the next update or removal tidies up.`.trim(),
    });
  }
}

/** From here on the new version is the service: nothing is put back, and what can't be tidied up is left to the next. */
async function finish(engine: DockerEngine, change: Change): Promise<string[]> {
  try {
    return await settle(engine, forward(await everything(engine, change)));
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return [`The version before could not be put away (${error.message.replace(/\.$/, "")}); the next update does it.`];
  }
}

const everything = (engine: DockerEngine, { current, previous, candidates }: Change) => {
  const ids = new Set([...current, ...previous, ...candidates].map(({ id }) => id));
  return lookAgain(
    engine,
    [...ids].map((id) => ({ id })),
  );
};

/** A candidate counts as one, though it may have been given the name already. */
function asCandidate({ candidates }: Change, member: SeenMember): SeenMember {
  const candidate = candidates.find(({ id }) => id === member.id);
  return candidate === undefined ? member : { ...member, role: candidate.role };
}
