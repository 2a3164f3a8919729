import { isIP } from "node:net";
import { z } from "zod";

/**
 * An address that Docker can listen on. Go's `net.ParseIP`, which engines use, takes no zone (`fe80::1%eth0`), and an
 * engine that can't parse an address listens on all addresses instead.
 */
export const hostAddressSchema = z
  .string()
  .refine((address) => isIP(address) !== 0, {
    abort: true,
    message: "a host address is an IP address, such as 192.0.2.10 or ::1",
  })
  .refine(
    (address) => !address.includes("%"),
    "a host address has no zone (%): Docker ignores an address with a zone and opens the port on all addresses",
  );

/** The address as an engine reads it: the short form, and IPv4 for an IPv4-mapped IPv6 address. */
function canonical(address: string): string {
  if (isIP(address) !== 6 || address.includes("%")) return address;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = [high, low].map((part) => Number.parseInt(part, 16)).flatMap((part) => [part >> 8, part & 255]);
  return bytes.join(".");
}

const ANY: Readonly<Record<number, string>> = { 4: "0.0.0.0", 6: "::" };

/** Whether two listeners on one host port meet. Without an address, one listens on every address of both families. */
export function hostAddressesOverlap(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  const [first, second] = [canonical(a), canonical(b)];
  const family = isIP(first);
  return family === isIP(second) && (first === second || first === ANY[family] || second === ANY[family]);
}
