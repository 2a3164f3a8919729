import { z } from "zod";
import { deploy } from "../../schema/deploy.js";
import { maybe, text, wholeNumber } from "../../schema/scalars.js";

const port = wholeNumber(1, 65535);
const host = text.regex(/^[\w.:-]+$/, "expected a host name or an address");

/** The keys of an app's `deploy` that a service of a device supports. */
const deviceDeploy = deploy.pick({ replicas: true, resources: true, placement: true });

export type DeviceDeploy = z.output<typeof deviceDeploy>;

const adapter = z
  .strictObject({
    ip: maybe(host).describe("Address of an adapter that runs elsewhere. Set either ip or image."),
    image: maybe(text).describe("Image of an adapter that is deployed as a service. Set either ip or image."),
    port: port.describe("Port that the adapter listens on."),
    environment: maybe(z.array(text)).describe("Variables of the adapter, as a list of KEY=VALUE."),
    deploy: maybe(deviceDeploy).describe("Resources and placement of the adapter."),
  })
  .superRefine(({ ip, image }, context) => {
    if ((ip == null) !== (image == null)) return;
    const message = ip == null ? "ip or image is missing" : "set either ip or image, not both";
    context.addIssue({ code: "custom", message });
  });

export type Adapter = z.output<typeof adapter>;

const agent = z
  .strictObject({
    ip: maybe(host).describe("Address of an agent that runs elsewhere, without device_xml and adapter."),
    port: port.describe("Port on the host for the agent, or port of the agent that runs elsewhere."),
    device_xml: maybe(text).describe(
      "The device model: a path (relative to this file), http(s)://..., or github://owner:repo@ref/path.",
    ),
    adapter: maybe(adapter).describe("The adapter that the agent reads."),
    deploy: maybe(deviceDeploy).describe("Resources and placement of the agent and the producer."),
  })
  .superRefine((given, context) => {
    const isElsewhere = given.ip != null;
    for (const key of ["device_xml", "adapter"] as const) {
      const isGiven = given[key] != null;
      if (isGiven !== isElsewhere) continue;
      const message = isGiven
        ? `not allowed with ip, which means that the agent runs elsewhere: remove ${key} or ip`
        : `${key} is missing`;
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

export type Agent = z.output<typeof agent>;

export const mtconnectSchema = z.strictObject({
  type: z.literal("mtconnect"),
  agent: agent.describe("The MTConnect agent."),
});

export type MtconnectConfig = z.output<typeof mtconnectSchema>;
