import { CONTRACT_VERSION, defineConnectorPlugin } from "@openfactory/deploy-core";
import { z } from "zod";
import { decimalNumber, maybe, text, wholeNumber } from "../schema/scalars.js";

const NODE_ID = /^ns=\d+;[is]=.+$/s;

/** The problem of a browse path, such as `0:Root/0:Objects/2:Sensors`; undefined if it is valid. */
function browsePathProblem(path: string): string | undefined {
  const segments = path.split("/");
  if (segments[0] !== "0:Root") return "a browse path must start with 0:Root";
  for (const segment of segments) {
    const [, index, name] = /^([^:]*):(.*)$/s.exec(segment) ?? [];
    const shown = JSON.stringify(segment);
    if (index === undefined || name === undefined) return `${shown} must have the form <namespace index>:<name>`;
    if (segment !== segment.trim() || index !== index.trim() || name !== name.trim())
      return `${shown} has leading or trailing whitespace`;
    if (!/^\d+$/.test(index)) return `the namespace index of ${shown} is not a number`;
    if (name === "") return `${shown} has no name`;
  }
  return undefined;
}

const browsePath = text.superRefine((path, context) => {
  const problem = browsePathProblem(path);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const address = {
  node_id: maybe(text.regex(NODE_ID, "expected a node id, such as ns=3;i=1050 or ns=2;s=Temperature")),
  browse_path: maybe(browsePath).describe("From the root, such as 0:Root/0:Objects/2:Sensors."),
};

interface Address {
  node_id?: string | null | undefined;
  browse_path?: string | null | undefined;
}

/** A node has either a node id or a browse path. */
const addressed = <Schema extends z.ZodType<Address>>(schema: Schema) =>
  schema.superRefine(({ node_id: nodeId, browse_path: path }, context) => {
    if ((nodeId == null) !== (path == null)) return;
    const message =
      nodeId == null ? "node_id or browse_path is missing" : "set either node_id or browse_path, not both";
    context.addIssue({ code: "custom", message });
  });

const tag = text.describe("Tag of the data in OpenFactory.");
const milliseconds = maybe(decimalNumber("expected a number of milliseconds", Number.isFinite));
const queueSize = maybe(wholeNumber(0)).describe("Queue size of a monitored item on the server.");
const samplingInterval = milliseconds.describe("Milliseconds; 0: on change, if the server supports it.");

const constant = addressed(z.strictObject({ ...address, tag }));
const variable = addressed(
  z.strictObject({
    ...address,
    tag,
    access_level: maybe(z.enum(["ro", "rw"])).describe("Default: ro."),
    queue_size: queueSize,
    sampling_interval: samplingInterval,
    deadband: maybe(decimalNumber("expected a number", Number.isFinite)).describe(
      "Changes below this value are ignored.",
    ),
  }),
);
const node = addressed(z.strictObject(address));

const SECTIONS = ["variables", "constants", "events", "methods"] as const;
type Sections = Readonly<
  Partial<Record<(typeof SECTIONS)[number], Readonly<Record<string, Address>> | null | undefined>>
>;

/** A name is unique in all sections, and a node in each section. */
function checkUnique(connector: Sections, context: z.RefinementCtx): void {
  const names = new Map<string, string>();
  for (const section of SECTIONS) {
    const nodes = new Map<string, string>();
    for (const [name, { node_id: nodeId, browse_path: path }] of Object.entries(connector[section] ?? {})) {
      const other = names.get(name);
      if (other !== undefined) {
        context.addIssue({ code: "custom", path: [section, name], message: `the name is also used in ${other}` });
      }
      names.set(name, other ?? section);
      const id = nodeId ?? path ?? "";
      const first = nodes.get(id);
      if (first !== undefined) {
        const key = nodeId == null ? "browse_path" : "node_id";
        context.addIssue({ code: "custom", path: [section, name, key], message: `${first} has the same node` });
      }
      nodes.set(id, first ?? name);
    }
  }
}

export const opcuaSchema = z
  .strictObject({
    type: z.literal("opcua"),
    server: z.strictObject({
      // The scheme is not checked: OpenFactory accepts any text, and published files rely on it.
      uri: text
        .min(1, "expected a URI, such as opc.tcp://192.0.2.1:4840")
        .describe("Address of the server, such as opc.tcp://192.0.2.1:4840."),
      subscription: maybe(
        z.strictObject({
          publishing_interval: milliseconds.describe("Milliseconds. Default: 100."),
          queue_size: queueSize,
          sampling_interval: samplingInterval,
        }),
      ).describe("Defaults of all variables."),
    }),
    variables: maybe(z.record(z.string(), variable)).describe("Values that change, by name of your choice."),
    constants: maybe(z.record(z.string(), constant)).describe("Values that are read once."),
    events: maybe(z.record(z.string(), node)).describe("Nodes that emit events."),
    methods: maybe(z.record(z.string(), node)).describe("Objects with methods that can be called."),
  })
  .superRefine(checkUnique);

/** A device with an OPC UA server. No service is deployed: OpenFactory's OPC UA connector reads the device. */
export const plugin = defineConnectorPlugin({
  name: "opcua",
  contractVersion: CONTRACT_VERSION,
  description: "A device with an OPC UA server, read by OpenFactory's OPC UA connector.",
  schema: opcuaSchema,
  build: () => ({ services: [] }),
});
