import type { ServiceSettings } from "@openfactory/deploy-core";
import { isDeepStrictEqual } from "node:util";
import type { ImageConfig, InspectedContainer } from "../engine-api/container.js";
import { withoutOwnLabels } from "../own-labels.js";

type Config = InspectedContainer["Config"];

/** What was asked for, sorted: without what the image has just so. */
export function envOf({ Env }: Config, image: ImageConfig): string[] {
  const given = new Set(image.Env);
  return (Env ?? []).filter((entry) => !given.has(entry)).sort();
}

/** Without the strategies' own labels, and without what the image has just so. */
export function labelsOf({ Labels }: Config, image: ImageConfig): Pick<ServiceSettings, "labels"> {
  const asked = Object.entries(withoutOwnLabels(Labels ?? {})).filter(
    ([name, value]) => !(image.Labels && Object.hasOwn(image.Labels, name) && image.Labels[name] === value),
  );
  return asked.length === 0 ? {} : { labels: Object.fromEntries(asked) };
}

/** The image's own entrypoint with the image's own arguments is nothing that was asked for. */
export function commandOf({ Entrypoint, Cmd }: Config, image: ImageConfig): Pick<ServiceSettings, "command" | "args"> {
  const [entrypoint, words] = [Entrypoint ?? [], Cmd ?? []];
  const ofImage = image.Entrypoint ?? [];
  if (!isDeepStrictEqual([...entrypoint], [...ofImage])) {
    return {
      ...(entrypoint.length > 0 && { command: [...entrypoint] }),
      ...(words.length > 0 && { args: [...words] }),
    };
  }
  if (isDeepStrictEqual([...words], [...(image.Cmd ?? [])])) return {};
  // Only an entrypoint that is asked for by name goes without the image's arguments.
  return words.length > 0 ? { args: [...words] } : { command: [...entrypoint] };
}

export const userOf = ({ User }: Config, image: ImageConfig): Pick<ServiceSettings, "user"> =>
  !User || User === image.User ? {} : { user: User };

/** Left out, a container's host name is the beginning of its id; on the host's network, it is the host's. */
export function hostnameOf({ Id, Config, HostConfig }: InspectedContainer): Pick<ServiceSettings, "hostname"> {
  const { Hostname } = Config;
  return !Hostname || Id.startsWith(Hostname) || HostConfig.NetworkMode === "host" ? {} : { hostname: Hostname };
}
