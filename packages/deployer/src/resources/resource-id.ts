import type { NormalizedRequest, ResourceKind } from "@openfactory/deploy-core";

/** A resource as one word, e.g. `config/web-conf-1a2b`. */
export const resourceId = ({ kind, name }: { kind: ResourceKind; name: string }): string => `${kind}/${name}`;

export const isVolume = (id: string): boolean => id.startsWith("volume/");

/** The resources that a request names. */
export const resourcesOf = ({ networks, configs, secrets, mounts }: NormalizedRequest): string[] => [
  ...(networks ?? []).map((name) => resourceId({ kind: "network", name })),
  ...(configs ?? []).map(({ name }) => resourceId({ kind: "config", name })),
  ...(secrets ?? []).map(({ name }) => resourceId({ kind: "secret", name })),
  ...(mounts ?? []).flatMap(({ Type, Source }) =>
    Type === "volume" && Source !== undefined ? [resourceId({ kind: "volume", name: Source })] : [],
  ),
];
