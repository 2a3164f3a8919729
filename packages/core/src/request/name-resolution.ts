import { isIP } from "node:net";
import { z } from "zod";
import { deferred } from "./lazy-schemas.js";
import { duplicateIndexes } from "./duplicates.js";

/** The address of `extraHosts` that an engine replaces by the address of its host. */
const HOST_GATEWAY = "host-gateway";

const EXTRA_HOST = "expected a host and an address, such as db:192.0.2.10 or host.docker.internal:host-gateway";

/** One entry of `extraHosts`, in its parts. */
export interface ExtraHost {
  host: string;
  /** An IP address without brackets, or `host-gateway`. */
  address: string;
}

/** An entry of `extraHosts` in its parts: the host ends at the first `=`, or else at the first `:`. */
export function parseExtraHost(entry: string): ExtraHost {
  const end = entry.includes("=") ? entry.indexOf("=") : entry.indexOf(":");
  return { host: entry.slice(0, Math.max(0, end)), address: entry.slice(end + 1).replace(/^\[(.*)\]$/, "$1") };
}

/** `host:address` or `host=address`; an IPv6 address with or without brackets. Normalized to `host:address`. */
const extraHostSchema = () =>
  z.string().transform((entry, context): string => {
    const { host, address } = parseExtraHost(entry.trim());
    const problem = extraHostProblem(host, address);
    if (problem === undefined) return `${host}:${address}`;
    context.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  });

function extraHostProblem(host: string, address: string): string | undefined {
  if (!/^[^\s:=[\]#/]+$/.test(host)) return EXTRA_HOST;
  if (address === HOST_GATEWAY) return undefined;
  if (isIP(address) === 0) return `the address must be an IP address or ${HOST_GATEWAY}: ${EXTRA_HOST}`;
  return address.includes("%") ? "the address must not have a zone (%)" : undefined;
}

export const extraHostsSchema = deferred(() =>
  z.array(extraHostSchema()).superRefine((entries, context) => {
    for (const index of duplicateIndexes(entries)) {
      context.addIssue({ code: "custom", path: [index], message: "is listed twice" });
    }
  }),
);

const server = () =>
  z
    .string()
    .refine((address) => isIP(address) !== 0, {
      abort: true,
      message: "a DNS server must be an IP address, such as 192.0.2.53",
    })
    .refine((address) => !address.includes("%"), "the address of a DNS server must not have a zone (%)");

const word = (what: string) => z.string().regex(/^\S+$/, `a ${what} must not be empty or contain whitespace`);

/** The container's resolver configuration (resolv.conf(5)), in the order in which it is used. */
export const dnsSchema = deferred(() =>
  z.strictObject({
    servers: z.array(server()).optional(),
    search: z.array(word("search domain")).optional(),
    options: z.array(word("resolver option")).optional(),
  }),
);

export type Dns = z.output<typeof dnsSchema>;
