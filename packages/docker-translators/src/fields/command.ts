import { isDeepStrictEqual } from "node:util";
import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerCreateBody, ImageConfig } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";

type CommandFields = Pick<NormalizedRequest, "command" | "args">;
type CommandSettings = Pick<ServiceSettings, "command" | "args">;

/** An empty list is the same as none: the engine uses the image's for either. */
const words = (list: readonly string[] | null | undefined): string[] | undefined =>
  list?.length ? [...list] : undefined;

/**
 * `command` to `Entrypoint` and `args` to `Cmd` of ContainerConfig. With an entrypoint, the engine ignores the image's
 * `Cmd`; `args` alone keep the image's entrypoint.
 */
export function toContainerCommand(request: CommandFields): Pick<ContainerCreateBody, "Entrypoint" | "Cmd"> {
  const Entrypoint = words(request.command);
  const Cmd = words(request.args);
  return { ...(Entrypoint && { Entrypoint }), ...(Cmd && { Cmd }) };
}

/** `Entrypoint` and `Cmd` of ContainerConfig to `command` and `args`, without those that the container inherits. */
export function fromContainerCommand(
  { Entrypoint, Cmd }: Answered<Pick<ContainerCreateBody, "Entrypoint" | "Cmd">>,
  image: ImageConfig,
): CommandSettings {
  const [command, args] = [words(Entrypoint), words(Cmd)];
  if (!isDeepStrictEqual(command, words(image.Entrypoint)))
    return { ...(command && { command }), ...(args && { args }) };
  if (isDeepStrictEqual(args, words(image.Cmd))) return {};
  // The image's arguments are missing only if the request names the entrypoint.
  return args ? { args } : { command: command ?? [] };
}

/**
 * `command` to `Command` and `args` to `Args` of ContainerSpec. The swarm's agent makes an entrypoint of `Command` and a
 * `Cmd` of `Args`, so both have the same effect as for a container.
 */
export function toServiceCommand(request: CommandFields): Pick<ContainerSpec, "Command" | "Args"> {
  const Command = words(request.command);
  const Args = words(request.args);
  return { ...(Command && { Command }), ...(Args && { Args }) };
}

/** `Command` and `Args` of ContainerSpec to `command` and `args`. */
export function fromServiceCommand({
  Command,
  Args,
}: Answered<Pick<ContainerSpec, "Command" | "Args">>): CommandSettings {
  const [command, args] = [words(Command), words(Args)];
  return { ...(command && { command }), ...(args && { args }) };
}
