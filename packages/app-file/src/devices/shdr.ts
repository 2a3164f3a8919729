import { CONTRACT_VERSION, deferred, defineConnectorPlugin } from "@openfactory/deploy-core";
import { z } from "zod";
import { optional, required, text, wholeNumber } from "../schema/scalars.js";

const dataItem = () =>
  z.strictObject({
    tag: required(text, { description: "Tag of the data in OpenFactory.", examples: ["Temperature"] }),
    type: required(z.enum(["Samples", "Events"]), {
      description: "Samples: measured values. Events: states and messages.",
      examples: ["Samples"],
    }),
  });

export const shdrSchema = deferred(() =>
  z.strictObject({
    type: required(z.literal("shdr"), { description: "shdr: a device that sends SHDR.", examples: ["shdr"] }),
    host: required(text.min(1, "expected a host name or an address"), {
      description: "Host name or address of the SHDR server.",
      examples: ["192.0.2.7"],
    }),
    port: required(wholeNumber(1, 65535), { description: "Port of the SHDR server.", examples: [7878] }),
    data: optional(z.record(z.string(), dataItem()), {
      description: "Data items by their names in SHDR.",
      examples: [{ temp: { tag: "Temperature", type: "Samples" } }],
    }),
  }),
);

/** A device that sends SHDR. No service is deployed: OpenFactory's SHDR connector reads the device. */
export const plugin = defineConnectorPlugin({
  name: "shdr",
  contractVersion: CONTRACT_VERSION,
  description: "A device that sends SHDR, read by OpenFactory's SHDR connector.",
  schema: shdrSchema,
  build: () => ({ services: [] }),
});
