import { z } from "zod";
import { hostAddressesOverlap, hostAddressSchema } from "./host-address.js";

const portNumber = (name: string) =>
  z
    .number(`a ${name} port is a number`)
    .int(`a ${name} port is a whole number`)
    .min(1, `a ${name} port is at least 1`)
    .max(65535, `a ${name} port is at most 65535`);

const portSchema = z.strictObject({
  target: portNumber("container"),
  published: portNumber("host").optional(),
  protocol: z.enum(["tcp", "udp", "sctp"]).default("tcp"),
  hostAddress: hostAddressSchema.optional(),
  mode: z.enum(["ingress", "host"]).default("ingress"),
});

/** One published port, as every strategy sees it. */
export type PublishedPort = z.output<typeof portSchema>;

const hostPort = z
  .string()
  .regex(/^[0-9]+$/, "a host port is a number")
  .transform(Number)
  .pipe(portNumber("host"));

const hostToContainer = z.record(z.string(), portNumber("container")).transform((ports, context): PublishedPort[] =>
  Object.entries(ports).map(([key, target]) => {
    const published = hostPort.safeParse(key);
    if (!published.success) {
      context.addIssue({ code: "custom", path: [key], message: published.error.issues[0]?.message ?? "not a port" });
    }
    return { target, published: published.data ?? 0, protocol: "tcp", mode: "ingress" };
  }),
);

const overlap = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined &&
  a.published === b.published &&
  a.protocol === b.protocol &&
  hostAddressesOverlap(a.hostAddress, b.hostAddress);

/** `{host: container}`, or a list. Always a list afterwards; two entries never take one host port. */
export const portsSchema = z
  .union([z.array(portSchema), hostToContainer], "expected {host: container}, or a list of ports")
  .superRefine((ports, context) => {
    ports.forEach((port, index) => {
      if (ports.slice(0, index).some((other) => overlap(port, other))) {
        context.addIssue({
          code: "custom",
          path: [index],
          message: `host port ${port.published}/${port.protocol} is published twice`,
        });
      }
    });
  });
