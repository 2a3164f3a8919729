import { BlockList, isIP } from "node:net";
import type { NodeDetails, ServiceSpec } from "@openfactory/docker-engine";

/** The nodes that take tasks, and fulfil all these constraints. */
export const eligibleNodes = (nodes: readonly NodeDetails[], constraints: readonly string[] = []): NodeDetails[] =>
  nodes.filter(acceptsTasks).filter((node) => constraints.every((constraint) => matchesConstraint(node, constraint)));

/** A service's placement constraints. */
export const constraintsOf = ({ TaskTemplate }: ServiceSpec): readonly string[] =>
  (TaskTemplate["Placement"] as { Constraints?: string[] } | undefined)?.Constraints ?? [];

const acceptsTasks = ({ Status, Spec }: NodeDetails): boolean =>
  Status.State === "ready" && Spec.Availability === "active";

/**
 * As the swarm's scheduler sees it (swarmkit, package constraint): case does not count, a label that a node does not have
 * is empty, and a key that is none is never fulfilled.
 */
function matchesConstraint(node: NodeDetails, constraint: string): boolean {
  const [, key = "", operator, value = ""] = /^\s*(.*?)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? [];
  const actual = attribute(node, key);
  if (operator === undefined || actual === undefined) return false;
  const same =
    key.toLowerCase() === "node.ip" ? isAddress(actual, value) : actual.toLowerCase() === value.toLowerCase();
  return operator === "==" ? same : !same;
}

const NODE_LABELS = "node.labels.";
const ENGINE_LABELS = "engine.labels.";

/** What a constraint's key stands for; undefined for a key that there is not. */
function attribute({ ID, Spec, Description, Status }: NodeDetails, key: string): string | undefined {
  const lower = key.toLowerCase();
  if (lower.startsWith(NODE_LABELS)) return Spec.Labels?.[key.slice(NODE_LABELS.length)] ?? "";
  if (lower.startsWith(ENGINE_LABELS)) return Description.Engine?.Labels?.[key.slice(ENGINE_LABELS.length)] ?? "";
  switch (lower) {
    case "node.id":
      return ID;
    case "node.hostname":
      return Description.Hostname;
    case "node.ip":
      return Status.Addr ?? "";
    case "node.role":
      return Spec.Role;
    case "node.platform.os":
      return Description.Platform.OS;
    case "node.platform.arch":
      return Description.Platform.Architecture;
    default:
      return undefined;
  }
}

/** Whether an address is that one, or in that subnet (`10.0.0.0/24`). */
function isAddress(actual: string, wanted: string): boolean {
  const [address = "", prefix] = wanted.split("/");
  const family = isIP(address);
  if (family === 0 || isIP(actual) !== family) return false;
  if (prefix === undefined) return actual === address;
  const [type, bits] = family === 4 ? (["ipv4", 32] as const) : (["ipv6", 128] as const);
  if (!/^\d+$/.test(prefix) || Number(prefix) > bits) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), type);
  return list.check(actual, type);
}
