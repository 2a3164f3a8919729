import { isIP } from "node:net";
import { z } from "zod";
import { deferred } from "./lazy-schemas.js";

/**
 * An address that Docker can listen on. Engines parse it with Go's `net.ParseIP`, which rejects a zone (`fe80::1%eth0`), and
 * an engine that can't parse an address listens on all addresses instead.
 */
export const hostAddressSchema = deferred(() =>
  z
    .string()
    .refine((address) => isIP(address) !== 0, {
      abort: true,
      message: "a host address must be an IP address, such as 192.0.2.10 or ::1",
    })
    .refine(
      (address) => !address.includes("%"),
      "a host address must not have a zone (%): Docker ignores such an address and opens the port on all addresses",
    ),
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

/** A listener on a host port. Without an address, it uses all IPv4 and IPv6 addresses. */
export interface HostListener {
  published: number;
  /** Default `tcp`. */
  protocol?: "tcp" | "udp" | "sctp" | undefined;
  hostAddress?: string | undefined;
}

/**
 * Finds listeners on the same port of a host, in constant time for each. Listeners of one owner don't conflict with each
 * other.
 */
export class HostListeners<Listener extends HostListener, Owner = unknown> {
  /** For each port and set of addresses: the first listener, and the first of another owner. */
  readonly #firsts = new Map<string, [Entry<Listener, Owner>, Entry<Listener, Owner>?]>();
  #count = 0;

  /** Adds a listener. @returns the first listener of another owner that it conflicts with. */
  add(listener: Listener, owner: Owner): Listener | undefined {
    const { published, protocol = "tcp", hostAddress } = listener;
    const port = `${published}/${protocol}`;
    const address = hostAddress === undefined ? undefined : canonicalAddress(hostAddress);
    // The first text that is no IPv4 address makes `isIP` compile its pattern for IPv6, which takes milliseconds.
    const version = address === undefined ? 0 : isIP(address);
    const [conflicting] = conflictingAddresses(address, version)
      .flatMap((addresses) => this.#firsts.get(`${port} ${addresses}`) ?? [])
      .filter((entry) => entry !== undefined && entry.owner !== owner)
      .sort((a, b) => (a?.order ?? 0) - (b?.order ?? 0));
    const entry = { listener, owner, order: (this.#count += 1) };
    for (const addresses of ["", ...(address === undefined ? ["all"] : [`v${version}`, address])]) {
      const known = this.#firsts.get(`${port} ${addresses}`);
      if (known === undefined) this.#firsts.set(`${port} ${addresses}`, [entry]);
      else if (known[0].owner !== owner) known[1] ??= entry;
    }
    return conflicting?.listener;
  }
}

interface Entry<Listener, Owner> {
  listener: Listener;
  owner: Owner;
  order: number;
}

/** The sets of addresses with which a listener conflicts: `` is every listener on the port, `v4` those with an IPv4 address. */
function conflictingAddresses(address: string | undefined, version: number): string[] {
  if (address === undefined) return [""];
  return address === ANY[version] ? ["all", `v${version}`] : ["all", ANY[version] ?? "", address];
}

const portNumber = (name: string) =>
  z
    .number(`a ${name} port must be a number`)
    .int(`a ${name} port must be a whole number`)
    .min(1, `a ${name} port must be at least 1`)
    .max(65535, `a ${name} port must be at most 65535`);

const portSchema = () =>
  z.strictObject({
    target: portNumber("container"),
    published: portNumber("host").optional(),
    protocol: z.enum(["tcp", "udp", "sctp"]).default("tcp"),
    hostAddress: hostAddressSchema.optional(),
    mode: z.enum(["ingress", "host"]).default("ingress"),
  });

/** One published port of a normalized request. */
export type PublishedPort = z.output<ReturnType<typeof portSchema>>;

const hostPort = deferred(() =>
  z
    .string()
    .regex(/^[0-9]+$/, "a host port must be a number")
    .transform(Number)
    .pipe(portNumber("host")),
);

const hostToContainer = () =>
  z.record(z.string(), portNumber("container")).transform((ports, context): PublishedPort[] =>
    Object.entries(ports).map(([key, target]) => {
      const published = hostPort.safeParse(key);
      if (!published.success) {
        context.addIssue({ code: "custom", path: [key], message: published.error.issues[0]?.message ?? "not a port" });
      }
      return { target, published: published.data ?? 0, protocol: "tcp", mode: "ingress" };
    }),
  );

/** `{host: container}`, or a list; parsed to a list. Two entries must not use the same host port. */
export const portsSchema = deferred(() =>
  z
    .union([z.array(portSchema()), hostToContainer()], "expected {host: container}, or a list of ports")
    .superRefine((ports, context) => {
      const listeners = new HostListeners();
      ports.forEach((port, index) => {
        const { published } = port;
        if (published !== undefined && listeners.add({ ...port, published }, index) !== undefined) {
          context.addIssue({
            code: "custom",
            path: [index],
            message: `host port ${port.published}/${port.protocol} is published twice`,
          });
        }
      });
    }),
);
