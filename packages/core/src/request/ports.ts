import { isIP } from "node:net";
import { z } from "zod";

/**
 * An address that Docker can listen on. Engines parse it with Go's `net.ParseIP`, which rejects a zone (`fe80::1%eth0`), and
 * an engine that can't parse an address listens on all addresses instead.
 */
export const hostAddressSchema = z
  .string()
  .refine((address) => isIP(address) !== 0, {
    abort: true,
    message: "a host address must be an IP address, such as 192.0.2.10 or ::1",
  })
  .refine(
    (address) => !address.includes("%"),
    "a host address must not have a zone (%): Docker ignores such an address and opens the port on all addresses",
  );

/** The address in the form that engines use: short, and IPv4 for an IPv4-mapped IPv6 address. */
function canonicalAddress(address: string): string {
  if (isIP(address) !== 6 || address.includes("%")) return address;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = [high, low].map((part) => Number.parseInt(part, 16)).flatMap((part) => [part >> 8, part & 255]);
  return bytes.join(".");
}

const ANY: Readonly<Record<number, string>> = { 4: "0.0.0.0", 6: "::" };

/** Whether two listeners on one host port conflict. A listener without an address uses all IPv4 and IPv6 addresses. */
export function hostAddressesOverlap(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  const [first, second] = [canonicalAddress(a), canonicalAddress(b)];
  const version = isIP(first);
  return version === isIP(second) && (first === second || first === ANY[version] || second === ANY[version]);
}

const portNumber = (name: string) =>
  z
    .number(`a ${name} port must be a number`)
    .int(`a ${name} port must be a whole number`)
    .min(1, `a ${name} port must be at least 1`)
    .max(65535, `a ${name} port must be at most 65535`);

const portSchema = z.strictObject({
  target: portNumber("container"),
  published: portNumber("host").optional(),
  protocol: z.enum(["tcp", "udp", "sctp"]).default("tcp"),
  hostAddress: hostAddressSchema.optional(),
  mode: z.enum(["ingress", "host"]).default("ingress"),
});

/** One published port of a normalized request. */
export type PublishedPort = z.output<typeof portSchema>;

const hostPort = z
  .string()
  .regex(/^[0-9]+$/, "a host port must be a number")
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

const conflict = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined &&
  a.published === b.published &&
  a.protocol === b.protocol &&
  hostAddressesOverlap(a.hostAddress, b.hostAddress);

/** `{host: container}`, or a list; parsed to a list. Two entries must not use the same host port. */
export const portsSchema = z
  .union([z.array(portSchema), hostToContainer], "expected {host: container}, or a list of ports")
  .superRefine((ports, context) => {
    ports.forEach((port, index) => {
      if (ports.slice(0, index).some((other) => conflict(port, other))) {
        context.addIssue({
          code: "custom",
          path: [index],
          message: `host port ${port.published}/${port.protocol} is published twice`,
        });
      }
    });
  });
