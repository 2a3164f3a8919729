import { CONTRACT_VERSION, defineConnectorPlugin } from "@openfactory/deploy-core";
import { z } from "zod";
import { maybe, text, wholeNumber } from "../schema/scalars.js";

const dataItem = z.strictObject({
  tag: text.describe("Tag of the data in OpenFactory."),
  type: z.enum(["Samples", "Events"]),
});

export const shdrSchema = z.strictObject({
  type: z.literal("shdr"),
  host: text.min(1, "expected a host name or an address").describe("Host name or address of the SHDR server."),
  port: wholeNumber(1, 65535).describe("Port of the SHDR server."),
  data: maybe(z.record(z.string(), dataItem)).describe("Data items by SHDR name."),
});

/** A device that sends SHDR. No service is deployed: OpenFactory's SHDR connector reads the device. */
export const plugin = defineConnectorPlugin({
  name: "shdr",
  contractVersion: CONTRACT_VERSION,
  description: "A device that sends SHDR, read by OpenFactory's SHDR connector.",
  schema: shdrSchema,
  build: () => ({ services: [] }),
});
