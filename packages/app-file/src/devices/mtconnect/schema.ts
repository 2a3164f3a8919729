import { deferred } from "@openfactory/deploy-core";
import { z } from "zod";
import { deploy } from "../../schema/deploy.js";
import { IMAGE, VARIABLE } from "../../schema/patterns.js";
import { optional, patternText, required, text, wholeNumber } from "../../schema/scalars.js";

const port = deferred(() => wholeNumber(1, 65535));
const host = deferred(() => text.regex(/^[\w.:-]+$/, "expected a host name or an address"));

/** The keys of an app's `deploy` that a service of a device supports. */
const deviceDeploy = deferred(() => deploy.unwrap().pick({ replicas: true, resources: true, placement: true }));

export type DeviceDeploy = z.output<typeof deviceDeploy>;

const adapter = () =>
  z
    .strictObject({
      ip: optional(host, {
        description: "Address of an adapter that runs elsewhere. Set either ip or image.",
        examples: ["192.0.2.7"],
      }),
      image: optional(patternText(IMAGE), {
        description: "Image of an adapter that is deployed as a service. Set either ip or image.",
        examples: ["registry.example.com/adapters/cnc:1.2"],
      }),
      port: required(port, { description: "Port that the adapter listens on.", examples: [7878] }),
      environment: optional(z.array(patternText(VARIABLE)), {
        description: "Variables of the adapter, as a list of KEY=VALUE.",
        examples: [["CNC_ADDRESS=192.0.2.7"]],
      }),
      deploy: optional(deviceDeploy, {
        description: "Resources and placement of the adapter.",
        examples: [{ resources: { limits: { memory: "64Mi" } } }],
      }),
    })
    .superRefine(({ ip, image }, context) => {
      if ((ip == null) !== (image == null)) return;
      const message = ip == null ? "ip or image is missing" : "set either ip or image, not both";
      context.addIssue({ code: "custom", message });
    });

export type Adapter = z.output<ReturnType<typeof adapter>>;

const agent = () =>
  z
    .strictObject({
      ip: optional(host, {
        description: "Address of an agent that runs elsewhere. Excludes device_xml and adapter.",
        examples: ["192.0.2.8"],
      }),
      port: required(port, {
        description: "Port on the host for the agent, or port of the agent that runs elsewhere.",
        examples: [5000],
      }),
      device_xml: optional(text, {
        description:
          "The device model: a path (relative to this file), http(s)://..., or github://owner:repo@ref/path.",
        examples: ["./cnc-7.xml", "https://example.com/cnc-7.xml"],
      }),
      adapter: optional(adapter(), {
        description: "The adapter that the agent reads.",
        examples: [{ ip: "192.0.2.7", port: 7878 }],
      }),
      deploy: optional(deviceDeploy, {
        description: "Resources and placement of the agent and the producer.",
        examples: [{ placement: { constraints: ["node.labels.zone == building-a"] } }],
      }),
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

export type Agent = z.output<ReturnType<typeof agent>>;

export const mtconnectSchema = deferred(() =>
  z.strictObject({
    type: required(z.literal("mtconnect"), {
      description: "mtconnect: a device with an MTConnect agent and adapter.",
      examples: ["mtconnect"],
    }),
    agent: required(agent(), {
      description: "The MTConnect agent.",
      examples: [{ port: 5000, device_xml: "./cnc-7.xml", adapter: { ip: "192.0.2.7", port: 7878 } }],
    }),
  }),
);

export type MtconnectConfig = z.output<typeof mtconnectSchema>;
