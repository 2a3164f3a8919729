import { CONTRACT_VERSION, defineConnectorPlugin } from "@openfactory/deploy-core";
import { z } from "zod";
import { decimalNumber, maybe, text, wholeNumber } from "../schema/scalars.js";

const NODE_ID = /^ns=\d+;[is]=.+$/s;

/** What is wrong with a browse path, such as `0:Root/0:Objects/2:Sensors`. */
function browsePathFlaw(path: string): string | undefined {
  const segments = path.split("/");
  if (segments[0] !== "0:Root") return "a browse path begins with 0:Root";
  for (const segment of segments) {
    const [, index, name] = /^([^:]*):(.*)$/s.exec(segment) ?? [];
    const shown = JSON.stringify(segment);
    if (index === undefined || name === undefined) return `${shown} is not of the form <namespace index>:<name>`;
    if (segment !== segment.trim() || index !== index.trim() || name !== name.trim())
      return `${shown} has white space at an end`;
    if (!/^\d+$/.test(index)) return `the namespace index of ${shown} is not a number`;
    if (name === "") return `${shown} has no name`;
  }
  return undefined;
}

const browsePath = text.superRefine((path, context) => {
  const flaw = browsePathFlaw(path);
  if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
});

const address = {
  node_id: maybe(text.regex(NODE_ID, "expected a node id, such as ns=3;i=1050 or ns=2;s=Temperature")),
  browse_path: maybe(browsePath).describe("From the root, such as 0:Root/0:Objects/2:Sensors."),
};

interface Address {
  node_id?: string | null | undefined;
  browse_path?: string | null | undefined;
}

/** A node is addressed in one of two ways. */
const addressed = <Schema extends z.ZodType<Address>>(schema: Schema) =>
  schema.superRefine(({ node_id: nodeId, browse_path: path }, context) => {
    if ((nodeId == null) !== (path == null)) return;
    const message =
      nodeId == null
        ? "node_id or browse_path is missing: write one of them"
        : "node_id and browse_path: write one of them";
    context.addIssue({ code: "custom", message });
  });

const tag = text.describe("Tag of the data in OpenFactory.");
const milliseconds = maybe(decimalNumber("expected a number of milliseconds", Number.isFinite));
const queueSize = maybe(wholeNumber(0)).describe("Values that the server keeps for a monitored item.");
const samplingInterval = milliseconds.describe("Milliseconds; 0: on events, where the server can.");

const constant = addressed(z.strictObject({ ...address, tag }));
const variable = addressed(
  z.strictObject({
    ...address,
    tag,
    access_level: maybe(z.enum(["ro", "rw"])).describe("Default: ro."),
    queue_size: queueSize,
    sampling_interval: samplingInterval,
    deadband: maybe(decimalNumber("expected a number", Number.isFinite)).describe("Smaller changes are ignored."),
  }),
);
const node = addressed(z.strictObject(address));

const SECTIONS = ["variables", "constants", "events", "methods"] as const;
type Sections = Readonly<
  Partial<Record<(typeof SECTIONS)[number], Readonly<Record<string, Address>> | null | undefined>>
>;

/** A name is used once in all sections, and a node once in each. */
function checkUnique(connector: Sections, context: z.RefinementCtx): void {
  const names = new Map<string, string>();
  for (const section of SECTIONS) {
    const nodes = new Map<string, string>();
    for (const [name, { node_id: nodeId, browse_path: path }] of Object.entries(connector[section] ?? {})) {
      const other = names.get(name);
      if (other !== undefined) {
        context.addIssue({ code: "custom", path: [section, name], message: `the name is used in ${other} too` });
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
      // OpenFactory takes any text, and so do published files: the scheme is not checked.
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
    variables: maybe(z.record(z.string(), variable)).describe("Values that change, by names of your own."),
    constants: maybe(z.record(z.string(), constant)).describe("Values that are read once."),
    events: maybe(z.record(z.string(), node)).describe("Sources of events."),
    methods: maybe(z.record(z.string(), node)).describe("Objects whose methods can be called."),
  })
  .superRefine(checkUnique);

/** A device with an OPC UA server. OpenFactory's OPC UA connector reads it: no service is deployed. */
export const plugin = defineConnectorPlugin({
  name: "opcua",
  contractVersion: CONTRACT_VERSION,
  description: "A device with an OPC UA server, read by OpenFactory's OPC UA connector.",
  schema: opcuaSchema,
  build: () => ({ services: [] }),
});
