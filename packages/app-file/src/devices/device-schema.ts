import { z } from "zod";
import { maybe, text } from "../schema/scalars.js";

/** A device without its connector, which the connector's own schema validates. */
export const deviceSchema = z
  .strictObject({
    uuid: text.min(1, "a uuid has at least one character").describe("Name of the device in OpenFactory."),
    uns: maybe(z.record(z.string(), z.unknown())).describe("Place in the Unified Namespace; kept as labels."),
    connector: z.looseObject({ type: text.describe("mtconnect, opcua, shdr, or the name of a connector plugin.") }),
    ksql_tables: maybe(z.array(z.enum(["device", "producer", "agent"]))).describe(
      "Read for compatibility with OpenFactory's files, and not used.",
    ),
  })
  .describe("One device, and how OpenFactory connects to it.");

export type DeviceEntry = z.output<typeof deviceSchema>;
