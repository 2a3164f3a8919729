import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

/** A range of 256 IPv4 addresses. */
export interface Subnet {
  /** As in `10.213.4.0/24`. */
  readonly cidr: string;
  /** The address with this last number, as in `10.213.4.1`. */
  address(last: number): string;
}

/** The candidate ranges `10.213.0.0/24` to `10.213.255.0/24`, from a different one each time. */
export function freeSubnet(taken: string[] = [], start = Math.floor(Math.random() * 256)): Subnet {
  const used = [...taken, ...interfaceAddresses(), ...routes()].map(prefix);
  const numbers = Array.from({ length: 256 }, (_, index) => (start + index) % 256);
  const free = numbers.find((number) => !used.includes(`10.213.${number}`)) ?? start;
  return { cidr: `10.213.${free}.0/24`, address: (last) => `10.213.${free}.${last}` };
}

const prefix = (address: string) => address.split(".").slice(0, 3).join(".");

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address));
}

/** The destinations of /proc/net/route, whose bytes stand in reverse. */
function routes(): string[] {
  try {
    const lines = readFileSync("/proc/net/route", "utf8").trim().split("\n").slice(1);
    return lines.map((line) => {
      const hex = line.split("\t")[1] ?? "";
      return [6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".");
    });
  } catch {
    return [];
  }
}
