import { parseConstraint } from "@openfactory/deploy-core";
import { BlockList, isIP } from "node:net";
import type { NodeDetails, ServiceSpec } from "@openfactory/docker-engine";

/** The nodes that accept tasks and match all constraints. */
export const eligibleNodes = (nodes: readonly NodeDetails[], constraints: readonly string[] = []): NodeDetails[] =>
  nodes.filter(acceptsTasks).filter((node) => constraints.every((constraint) => matchesConstraint(node, constraint)));

/** The placement constraints of a service. */
export const constraintsOf = ({ TaskTemplate }: ServiceSpec): readonly string[] =>
  TaskTemplate.Placement?.Constraints ?? [];

const acceptsTasks = ({ Status, Spec }: NodeDetails): boolean =>
  Status.State === "ready" && Spec.Availability === "active";

/**
 * Follows the swarm's scheduler (swarmkit, package constraint): case is ignored, a label that a node lacks is empty, and
 * an unknown key never matches.
 */
function matchesConstraint(node: NodeDetails, constraint: string): boolean {
  const { key = "", operator, value = "" } = parseConstraint(constraint) ?? {};
  const actual = nodeAttribute(node, key);
  if (operator === undefined || actual === undefined) return false;
  const isEqual =
    key.toLowerCase() === "node.ip" ? matchesAddress(actual, value) : actual.toLowerCase() === value.toLowerCase();
  return operator === "==" ? isEqual : !isEqual;
}

const NODE_LABELS = "node.labels.";
const ENGINE_LABELS = "engine.labels.";

/** Every object inherits properties such as `constructor`, which are not labels. */
const labelNamed = (labels: Readonly<Record<string, string>> | null | undefined, name: string): string =>
  (labels && Object.hasOwn(labels, name) ? labels[name] : undefined) ?? "";

/** @returns the value of a constraint's key; undefined for an unknown key. */
function nodeAttribute({ ID, Spec, Description, Status }: NodeDetails, key: string): string | undefined {
  const lower = key.toLowerCase();
  if (lower.startsWith(NODE_LABELS)) return labelNamed(Spec.Labels, key.slice(NODE_LABELS.length));
  if (lower.startsWith(ENGINE_LABELS)) return labelNamed(Description.Engine?.Labels, key.slice(ENGINE_LABELS.length));
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

/** Whether an address equals the expected one, or is in the expected subnet (`10.0.0.0/24`). */
function matchesAddress(actual: string, expected: string): boolean {
  const [address = "", prefix] = expected.split("/");
  const version = isIP(address);
  if (version === 0 || isIP(actual) !== version) return false;
  if (prefix === undefined) return actual === address;
  const [type, bits] = version === 4 ? (["ipv4", 32] as const) : (["ipv6", 128] as const);
  if (!/^\d+$/.test(prefix) || Number(prefix) > bits) return false;
  const subnet = new BlockList();
  subnet.addSubnet(address, Number(prefix), type);
  return subnet.check(actual, type);
}
