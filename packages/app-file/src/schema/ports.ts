import { hostAddressSchema, type PortInput } from "@openfactory/deploy-core";
import { z } from "zod";
import { integer, maybe, wholeNumber } from "./scalars.js";

/** How many ports one range may span. */
const LONGEST_RANGE = 256;

/** How many ports one app may publish. */
const MOST_PORTS = 1000;

const FORM = 'expected a port, such as "8080:80", "127.0.0.1:8080:80/udp", "3000-3005:3000-3005" or "80"';

const shortPort = z
  .union([z.string(), integer], FORM)
  .transform((value, context): PortInput[] => {
    const ports = parseShortPort(String(value));
    if (typeof ports !== "string") return ports;
    context.addIssue({ code: "custom", message: ports });
    return z.NEVER;
  })
  .describe('[[address:]host:]container[/protocol], such as "127.0.0.1:8080:80/tcp"; ranges allowed.');

const longPort = z
  .strictObject({
    target: wholeNumber(1, 65535).describe("Port in the container."),
    published: maybe(wholeNumber(1, 65535)).describe("Port of the host. Default: the engine chooses one."),
    host_ip: maybe(hostAddressSchema).describe("Address of the host to listen on. Default: all."),
    protocol: maybe(z.enum(["tcp", "udp", "sctp"])).describe("Default: tcp."),
    mode: maybe(z.enum(["ingress", "host"])).describe("Swarm's publish mode. Default: ingress."),
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

/** Each entry as the ports that it publishes. */
export const ports = z
  .array(
    z.union([shortPort, longPort], {
      error: ({ input }) => (input === null || typeof input === "boolean" || Array.isArray(input) ? FORM : undefined),
    }),
  )
  .refine((lists) => lists.flat().length <= MOST_PORTS, `expected at most ${MOST_PORTS} ports`)
  .describe("Published ports, in Compose's short or long form.");

/** A port or a range; a leading zero would make it octal to some readers. */
const RANGE = String.raw`(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*))?`;
const SHORT = new RegExp(String.raw`^(?:(.*):)?(${RANGE})(?:\/([a-zA-Z]+))?$`);
const HOST = new RegExp(String.raw`^(?:(.+):)?(${RANGE})?$`);

/** The ports of a short form, or what is wrong with it. */
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
  if (first < 1 || last > 65535) return "a port is from 1 to 65535";
  if (last < first) return "a range of ports goes up";
  if (last - first >= LONGEST_RANGE) return `a range spans at most ${LONGEST_RANGE} ports`;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
};
