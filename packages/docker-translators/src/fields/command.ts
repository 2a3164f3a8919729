import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerCreateBody } from "../engine-api/container.js";
import type { ContainerSpec } from "../engine-api/service.js";

type CommandFields = Pick<NormalizedRequest, "command" | "args">;

/** No words is the same as not given: the engine falls back to the image's for either. */
const words = (list: readonly string[] | undefined): string[] | undefined => (list?.length ? [...list] : undefined);

/**
 * `command` to `Entrypoint`, `args` to `Cmd` of ContainerConfig. An entrypoint of its own makes the engine drop the
 * image's `Cmd`; `args` alone keep the image's entrypoint.
 */
export function toContainerCommand(request: CommandFields): Pick<ContainerCreateBody, "Entrypoint" | "Cmd"> {
  const Entrypoint = words(request.command);
  const Cmd = words(request.args);
  return { ...(Entrypoint && { Entrypoint }), ...(Cmd && { Cmd }) };
}

/**
 * `command` to `Command`, `args` to `Args` of ContainerSpec. The swarm's agent makes an entrypoint of `Command` and a
 * `Cmd` of `Args`, so both mean what they mean for a container.
 */
export function toServiceCommand(request: CommandFields): Pick<ContainerSpec, "Command" | "Args"> {
  const Command = words(request.command);
  const Args = words(request.args);
  return { ...(Command && { Command }), ...(Args && { Args }) };
}
