import type { ResourceSpec } from "@openfactory/deploy-core";
import { isPlain, quoteWord, quoteWords } from "./quote.js";
import { formatUnit, readSection } from "./unit-file.js";

const OWN_SECTION = "X-OpenFactory-Resource";

export type NetworkSpec = Extract<ResourceSpec, { kind: "network" }>;
export type VolumeSpec = Extract<ResourceSpec, { kind: "volume" }>;

/** The service of a network or volume. Quadlet's own name for it could be that of a container's service. */
export const resourceService = ({ kind, name }: Pick<ResourceSpec, "kind" | "name">): string =>
  `openfactory.${kind}.${name}`;

const option = (name: string, value: string) => ["PodmanArgs", quoteWords([name, value])] as const;

/** The Quadlet unit that creates a network or volume, also after a start of the machine. */
export function resourceUnit(spec: NetworkSpec | VolumeSpec): string {
  const { kind, name, labels, driver, driverOptions = {} } = spec;
  const options = Object.entries(driverOptions).map(([key, value]) => option("--opt", `${key}=${value}`));
  const [section, nameKey] = kind === "network" ? ["Network", "NetworkName"] : ["Volume", "VolumeName"];
  return formatUnit(
    ["Written by OpenFactory Deploy, platform quadlet."],
    [
      [OWN_SECTION, [["Name", name]]],
      ["Unit", [["Description", `OpenFactory ${kind} ${name}`]]],
      [
        section,
        [
          [nameKey, name],
          ["ServiceName", resourceService(spec)],
          ...Object.entries(labels).map(([key, value]) => ["Label", quoteWord(`${key}=${value}`)] as const),
          ...(driver === undefined
            ? []
            : [isPlain(driver) ? (["Driver", driver] as const) : option("--driver", driver)]),
          ...(kind === "network" && spec.internal ? [["Internal", "true"] as const] : []),
          ...options,
        ],
      ],
      ["Install", [["WantedBy", "multi-user.target"]]],
    ],
  );
}

/** Whether this strategy wrote the unit. */
export const isOwnResource = (unit: string): boolean => readSection(unit, OWN_SECTION) !== undefined;
