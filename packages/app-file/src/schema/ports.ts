import { hostAddressSchema, type PortInput } from "@openfactory/deploy-core";
import { z } from "zod";
import { IP_ADDRESS, PORT } from "./patterns.js";
import { integer, optional, patternText, required, wholeNumber } from "./scalars.js";

/** Maximum number of ports in a range. */
const MAX_RANGE = 256;

/** Maximum number of ports of an app. */
const MAX_PORTS = 1000;

const FORM = 'expected a port, such as "8080:80", "127.0.0.1:8080:80/udp", "3000-3005:3000-3005" or "80"';

const shortPort = z
  .union([patternText(PORT), integer.meta({ minimum: 1, maximum: 65535 })], FORM)
  .transform((value, context): PortInput[] => {
    const ports = parseShortPort(String(value));
    if (typeof ports !== "string") return ports;
    context.addIssue({ code: "custom", message: ports });
    return z.NEVER;
  });

const longPort = z
  .strictObject({
    target: required(wholeNumber(1, 65535), { description: "Port in the container.", examples: [80] }),
    published: optional(wholeNumber(1, 65535), {
      description: "Port on the host. Default: chosen by the engine.",
      examples: [8080],
    }),
    host_ip: optional(hostAddressSchema.meta({ pattern: IP_ADDRESS }), {
      description: "Address of the host to listen on. Not on Swarm. Default: all addresses.",
      examples: ["127.0.0.1"],
    }),
    protocol: optional(z.enum(["tcp", "udp", "sctp"]), {
      description: "Protocol of the port. Default: tcp.",
      default: "tcp",
      examples: ["udp"],
    }),
    mode: optional(z.enum(["ingress", "host"]), {
      description:
        "On Swarm, ingress: every node listens and forwards to the app. host: only the nodes that run the app listen. Default: ingress.",
      default: "ingress",
      examples: ["host"],
    }),
  })
  .transform(({ target, published, host_ip, protocol, mode }): PortInput[] => [
    {
      target,
      ...(published == null ? {} : { published }),
      ...(protocol == null ? {} : { protocol }),
      ...(host_ip == null ? {} : { hostAddress: host_ip }),
      ...(mode == null ? {} : { mode }),
    },
  ]);

/** Each entry becomes the list of ports that it publishes. */
export const ports = z
  .array(
    z.union([shortPort, longPort], {
      error: ({ input }) => (input === null || typeof input === "boolean" || Array.isArray(input) ? FORM : undefined),
    }),
  )
  .refine((lists) => lists.flat().length <= MAX_PORTS, `expected at most ${MAX_PORTS} ports`);

/** A port or a range. No leading zero, since some readers would treat it as octal. */
const RANGE = String.raw`(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*))?`;
const SHORT = new RegExp(String.raw`^(?:(.*):)?(${RANGE})(?:\/([a-zA-Z]+))?$`);
const HOST = new RegExp(String.raw`^(?:(.+):)?(${RANGE})?$`);

/** The ports of a short form, or a message if it is invalid. */
function parseShortPort(value: string): PortInput[] | string {
  const [, hostPart, targetPart, protocol] = SHORT.exec(value) ?? [];
  if (targetPart === undefined) return FORM;
  const host = hostPart === undefined ? [] : HOST.exec(hostPart);
  if (host === null) return FORM;
  const [, addressPart, publishedPart] = host;

  if (!isProtocol(protocol)) return "expected the protocol tcp, udp or sctp";
  const hostAddress = addressPart?.replace(/^\[(.*)\]$/, "$1");
  const address = hostAddressSchema.optional().safeParse(hostAddress);
  if (!address.success) return address.error.issues[0]?.message ?? FORM;
  const targets = range(targetPart);
  const published = publishedPart === undefined ? undefined : range(publishedPart);
  for (const list of [targets, published]) if (typeof list === "string") return list;
  if (published !== undefined && published.length !== targets.length) {
    return "expected as many host ports as container ports";
  }
  return [...targets].map((target, index) => ({
    target: target as number,
    ...(published === undefined ? {} : { published: published[index] as number }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(hostAddress === undefined ? {} : { hostAddress }),
  }));
}

const isProtocol = (name: string | undefined): name is PortInput["protocol"] =>
  name === undefined || ["tcp", "udp", "sctp"].includes(name);

const range = (written: string): number[] | string => {
  const [first = Number.NaN, last = first] = written.split("-").map(Number);
  if (first < 1 || last > 65535) return "expected ports from 1 to 65535";
  if (last < first) return "expected a port range that ends at or above its start";
  if (last - first >= MAX_RANGE) return `expected a range of at most ${MAX_RANGE} ports`;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
};
