import { isDeepStrictEqual } from "node:util";

type Template = Readonly<Record<string, unknown>>;

/** What makes a task another one (Engine API, TaskSpec). Tasks do not tell their runtime. */
const OF_A_TASK = ["ContainerSpec", "Resources", "RestartPolicy", "Networks", "LogDriver", "ForceUpdate"];

/**
 * Whether tasks of one template are as good as of the other. Where only the placement differs, the swarm lets those be
 * that are where they should be.
 */
export const isSameTemplate = (a: Template, b: Template): boolean =>
  OF_A_TASK.every((key) => isDeepStrictEqual(a[key], b[key]));
