import { deferred, hostAddressSchema, type PortInput } from "@openfactory/deploy-core";
import { z } from "zod";
import { IP_ADDRESS, PORT } from "./patterns.js";
import { integer, optional, patternText, required, wholeNumber } from "./scalars.js";

/** Maximum number of ports in a range. */
const MAX_RANGE = 256;

/** Maximum number of ports of an app. */
const MAX_PORTS = 1000;

/** Consecutive ports, such as `3000-3005:4000-4005`. A type and not an interface, which declarations could not name. */
type PortRange = { first: PortInput; count: number };

const portsOf = ({ first, count }: PortRange): PortInput[] =>
  Array.from({ length: count }, (_, index) => ({
    ...first,
    target: first.target + index,
    ...(first.published === undefined ? {} : { published: first.published + index }),
  }));

const FORM = 'expected a port, such as "8080:80", "127.0.0.1:8080:80/udp", "3000-3005:3000-3005" or "80"';

const shortPort = () =>
  z
    .union([patternText(PORT), integer.meta({ minimum: 1, maximum: 65535 })], FORM)
    .transform((value, context): PortRange => {
      const range = parseShortPort(String(value));
      if (typeof range !== "string") return range;
      context.addIssue({ code: "custom", message: range });
      return z.NEVER;
    });

const longPort = () =>
  z
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
    .transform(({ target, published, host_ip, protocol, mode }): PortRange => ({
      count: 1,
      first: {
        target,
        ...(published == null ? {} : { published }),
        ...(protocol == null ? {} : { protocol }),
        ...(host_ip == null ? {} : { hostAddress: host_ip }),
        ...(mode == null ? {} : { mode }),
      },
    }));

/** Each entry becomes the list of ports that it publishes. */
export const ports = deferred(() =>
  z
    .array(
      z.union([shortPort(), longPort()], {
        error: ({ input }) => (input === null || typeof input === "boolean" || Array.isArray(input) ? FORM : undefined),
      }),
    )
    // Before the ranges are expanded, since a file can hold millions of ports in ranges.
    .refine(
      (ranges) => ranges.reduce((total, { count }) => total + count, 0) <= MAX_PORTS,
      `expected at most ${MAX_PORTS} ports`,
    )
    .transform((ranges) => ranges.map(portsOf)),
);

/** A port or a range. No leading zero, since some readers would treat it as octal. */
const RANGE = String.raw`(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*))?`;
const SHORT = new RegExp(String.raw`^(?:(.*):)?(${RANGE})(?:\/([a-zA-Z]+))?$`);
const HOST = new RegExp(String.raw`^(?:(.+):)?(${RANGE})?$`);

/** The ports of a short form, or a message if it is invalid. */
function parseShortPort(value: string): PortRange | string {
  const [, hostPart, targetPart, protocol] = SHORT.exec(value) ?? [];
  if (targetPart === undefined) return FORM;
  const host = hostPart === undefined ? [] : HOST.exec(hostPart);
  if (host === null) return FORM;
  const [, addressPart, publishedPart] = host;

  if (!isProtocol(protocol)) return "expected the protocol tcp, udp or sctp";
  const hostAddress = addressPart?.replace(/^\[(.*)\]$/, "$1");
  const address = hostAddressSchema.optional().safeParse(hostAddress);
  if (!address.success) return address.error.issues[0]?.message ?? FORM;
  const targets = parseRange(targetPart);
  if (typeof targets === "string") return targets;
  const published = publishedPart === undefined ? undefined : parseRange(publishedPart);
  if (typeof published === "string") return published;
  if (published !== undefined && published.count !== targets.count) {
    return "expected as many host ports as container ports";
  }
  return {
    count: targets.count,
    first: {
      target: targets.first,
      ...(published === undefined ? {} : { published: published.first }),
      ...(protocol === undefined ? {} : { protocol }),
      ...(hostAddress === undefined ? {} : { hostAddress }),
    },
  };
}

const isProtocol = (name: string | undefined): name is PortInput["protocol"] =>
  name === undefined || ["tcp", "udp", "sctp"].includes(name);

function parseRange(written: string): { first: number; count: number } | string {
  const [first = Number.NaN, last = first] = written.split("-").map(Number);
  if (first < 1 || last > 65535) return "expected ports from 1 to 65535";
  if (last < first) return "expected a port range that ends at or above its start";
  if (last - first >= MAX_RANGE) return `expected a range of at most ${MAX_RANGE} ports`;
  return { first, count: last - first + 1 };
}
