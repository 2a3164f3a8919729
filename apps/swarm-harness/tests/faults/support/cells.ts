import { FAULTS, type Fault } from "./faults.js";

/** Which cells run. */
export interface Selection {
  operations?: readonly string[];
  calls?: readonly number[];
  faults?: readonly Fault[];
  /** Run so many rounds, such as 0.5, and at least each fault once. Default: all. */
  rounds?: number;
  /** Of these, run one of so many. Default 1: all. */
  every?: number;
}

/** A call, by its number from 1, and what happens to it. */
export interface CellNumber {
  call: number;
  fault: Fault;
}

const listed = (name: string): string[] | undefined => process.env[name]?.split(",").map((word) => word.trim());

/** The selection of `FAULTS_OPERATION`, `FAULTS_CALL`, `FAULTS_FAULT` (lists with commas) and `FAULTS_ROUNDS`. */
export const selectionOfEnvironment = (): Selection => ({
  operations: listed("FAULTS_OPERATION"),
  calls: listed("FAULTS_CALL")?.map(Number),
  faults: listed("FAULTS_FAULT") as Fault[] | undefined,
  rounds: Number(process.env["FAULTS_ROUNDS"] ?? Infinity),
});

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** The least number from `from` on whose multiples visit each of `count` positions once before they repeat. */
function strideOf(count: number, from: number): number {
  let stride = from;
  while (greatestCommonDivisor(stride, count) !== 1) stride += 1;
  return stride;
}

/**
 * Each call with each fault, in rounds. A round fails each call once. Consecutive cells are of distant calls and of different
 * faults, so that any part of the order from its start contains early and late calls, and all faults, about equally often.
 */
export function orderCells(calls: readonly number[], faults: readonly Fault[]): CellNumber[] {
  // The golden ratio spreads the parts of a round most evenly.
  const stride = strideOf(calls.length, Math.round(calls.length * 0.618));
  const shift = strideOf(faults.length, calls.length);
  return faults.flatMap((_, round) =>
    calls.flatMap((_call, index) => {
      const call = calls[(index * stride) % calls.length];
      const fault = faults[(round * shift + index) % faults.length];
      return call === undefined || fault === undefined ? [] : [{ call, fault }];
    }),
  );
}

/** The cells of an operation that makes so many calls, in the order in which they run. */
export function selectCells(
  callCount: number,
  { calls, faults = FAULTS, rounds = Infinity, every = 1 }: Selection,
): CellNumber[] {
  const numbers = Array.from({ length: callCount }, (_, index) => index + 1).filter(
    (number) => calls?.includes(number) ?? true,
  );
  return orderCells(numbers, faults)
    .slice(0, Math.max(Math.ceil(rounds * numbers.length), faults.length))
    .filter((_, index) => index % every === 0);
}
