import { CONTRACT_VERSION, deferred, defineConnectorPlugin } from "@openfactory/deploy-core";
import { z } from "zod";
import { BROWSE_PATH } from "../schema/patterns.js";
import { decimalNumber, optional, patternText, required, text, wholeNumber } from "../schema/scalars.js";

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

const browsePath = () =>
  patternText(BROWSE_PATH).superRefine((path, context) => {
    const problem = browsePathProblem(path);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });

const address = () => ({
  node_id: optional(text.regex(NODE_ID, "expected a node id, such as ns=3;i=1050 or ns=2;s=Temperature"), {
    description: "Id of the node. Alternative to browse_path.",
    examples: ["ns=3;i=1050", "ns=2;s=Temperature"],
  }),
  browse_path: optional(browsePath(), {
    description: "Path of the node from the root. Alternative to node_id.",
    examples: ["0:Root/0:Objects/2:Sensors"],
  }),
});

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

const tag = () => required(text, { description: "Tag of the data in OpenFactory.", examples: ["Temperature"] });
const milliseconds = () => decimalNumber("expected a number of milliseconds", Number.isFinite);
const queueSize = () =>
  optional(wholeNumber(0), {
    description: "Queue size of a monitored item on the server. Default: the connector's.",
    examples: [10],
  });
const samplingInterval = () =>
  optional(milliseconds(), {
    description: "Milliseconds between two samples. 0: on change, if the server supports it. Default: the connector's.",
    examples: [250],
  });

const constant = () => addressed(z.strictObject({ ...address(), tag: tag() }));
const variable = () =>
  addressed(
    z.strictObject({
      ...address(),
      tag: tag(),
      access_level: optional(z.enum(["ro", "rw"]), {
        description: "ro: OpenFactory reads the variable. rw: it also writes it. Default: ro.",
        default: "ro",
        examples: ["rw"],
      }),
      queue_size: queueSize(),
      sampling_interval: samplingInterval(),
      deadband: optional(decimalNumber("expected a number", Number.isFinite), {
        description: "Changes below this value are ignored. Default: the connector's.",
        examples: [0.5],
      }),
    }),
  );
const node = () => addressed(z.strictObject(address()));

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

export const opcuaSchema = deferred(() =>
  z
    .strictObject({
      type: required(z.literal("opcua"), {
        description: "opcua: a device with an OPC UA server.",
        examples: ["opcua"],
      }),
      server: required(
        z.strictObject({
          // The scheme is not checked: OpenFactory accepts any text, and published files rely on it.
          uri: required(text.min(1, "expected a URI, such as opc.tcp://192.0.2.1:4840"), {
            description: "Address of the server.",
            examples: ["opc.tcp://192.0.2.1:4840"],
          }),
          subscription: optional(
            z.strictObject({
              publishing_interval: optional(milliseconds(), {
                description: "Milliseconds between two notifications. Default: 100.",
                default: 100,
                examples: [500],
              }),
              queue_size: queueSize(),
              sampling_interval: samplingInterval(),
            }),
            { description: "Defaults of all variables.", examples: [{ publishing_interval: 500 }] },
          ),
        }),
        { description: "The OPC UA server.", examples: [{ uri: "opc.tcp://192.0.2.1:4840" }] },
      ),
      variables: optional(z.record(z.string(), variable()), {
        description: "Values that change, by a name of your choice.",
        examples: [{ temperature: { node_id: "ns=3;i=1050", tag: "Temperature" } }],
      }),
      constants: optional(z.record(z.string(), constant()), {
        description: "Values that are read once, by a name of your choice.",
        examples: [{ serial: { node_id: "ns=3;i=1001", tag: "SerialNumber" } }],
      }),
      events: optional(z.record(z.string(), node()), {
        description: "Nodes that emit events, by a name of your choice.",
        examples: [{ alarms: { browse_path: "0:Root/0:Objects/0:Server" } }],
      }),
      methods: optional(z.record(z.string(), node()), {
        description: "Objects with methods that can be called, by a name of your choice.",
        examples: [{ press: { node_id: "ns=3;i=2000" } }],
      }),
    })
    .superRefine(checkUnique),
);

/** A device with an OPC UA server. No service is deployed: OpenFactory's OPC UA connector reads the device. */
export const plugin = defineConnectorPlugin({
  name: "opcua",
  contractVersion: CONTRACT_VERSION,
  description: "A device with an OPC UA server, read by OpenFactory's OPC UA connector.",
  schema: opcuaSchema,
  build: () => ({ services: [] }),
});
