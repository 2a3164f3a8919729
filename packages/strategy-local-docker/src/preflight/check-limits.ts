import type { Candidate, Finding } from "./candidate.js";
import type { World } from "./world.js";

const NANO = 1_000_000_000;
const MEBIBYTE = 2 ** 20;

/** Limits and reservations that the host can't give. */
export function checkLimits({ request: { resources } }: Candidate, { info, host }: World): Finding[] {
  if (info === undefined) return [];
  const { NCPU, MemTotal } = info;
  const cpus = resources?.Limits?.NanoCPUs;
  const memory = [
    ["Limits", resources?.Limits?.MemoryBytes],
    ["Reservations", resources?.Reservations?.MemoryBytes],
  ] as const;
  const finding = (field: string, message: string): Finding => ({
    code: "INVALID_REQUEST",
    field: `resources.${field}`,
    message: `${message} on ${host}`,
    hint: "Ask for no more than the host has, or deploy where there is more.",
  });
  return [
    ...(cpus !== undefined && cpus > NCPU * NANO
      ? [finding("Limits.NanoCPUs", `${cpus / NANO} CPUs are more than the ${NCPU}`)]
      : []),
    ...memory.flatMap(([section, bytes]) =>
      bytes !== undefined && bytes > MemTotal
        ? [finding(`${section}.MemoryBytes`, `${mebibytes(bytes)} of memory are more than the ${mebibytes(MemTotal)}`)]
        : [],
    ),
  ];
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / MEBIBYTE)} MiB`;
