import { hostAddressesOverlap, type PortInput } from "@openfactory/deploy-core";
import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { FilePath, SourceTree } from "../source/tree.js";
import { citePlace } from "./place.js";
import type { ReadApp } from "./read-app.js";

interface Publication {
  key: string;
  port: PortInput;
  /** Its entry in `ports:`. */
  path: FilePath;
  tree: SourceTree;
}

/** Two apps on one host port: a finding at the second. */
export function checkHostPorts(apps: readonly ReadApp[], findings: Findings): void {
  const taken = Map.groupBy(apps.flatMap(publications), hostPort);
  for (const [name, rivals] of taken) {
    rivals.forEach((second, index) => {
      const earlier = rivals.slice(0, index).filter(({ key }) => key !== second.key);
      const first = earlier.find((other) => hostAddressesOverlap(other.port.hostAddress, second.port.hostAddress));
      if (first === undefined) return;
      const here = second.tree.locate(second.path);
      const which = second.tree.isInterpolated(second.path) ? "its host port" : `host port ${name}`;
      findings.add(
        here,
        `the app ${quote(second.key)} can't publish ${which}: ` +
          `the app ${quote(first.key)} (${citePlace(first.tree.locate(first.path), here)}) does`,
        "Give one of them another host port.",
      );
    });
  }
}

const hostPort = ({ port }: Publication): string => `${port.published}/${port.protocol ?? "tcp"}`;

function publications({ app: { key }, entry, publishes, path, tree }: ReadApp): Publication[] {
  const all =
    publishes ??
    (entry.ports ?? []).flatMap((list, index) => list.map((port) => ({ port, path: [...path, "ports", index] })));
  return all.filter(({ port }) => port.published !== undefined).map((each) => ({ ...each, key, tree }));
}
