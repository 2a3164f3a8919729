/** How fast a strategy is on one platform. No clause requires speed, so a benchmark never changes the result of a report. */
export interface Benchmark {
  measurements: Measurement[];
  /** What could not be measured, each with the reason. */
  remarks: string[];
}

export interface Measurement {
  /** Such as `deploys, sequential`. */
  name: string;
  unit: "per second" | "seconds" | "calls";
  /** A rate, or the median of the samples. */
  value: number;
  /** The smallest and the largest sample. A rate has none. */
  min?: number;
  max?: number;
  /** The number of operations that were measured. */
  operations: number;
}

/** The group of cases that measure. They are not cases of the contract. */
export const BENCHMARK_GROUP = "benchmark";

export interface BenchmarkOptions {
  /** How many services are deployed one after another, and then at the same time. */
  services: number;
}

/** Clocks have no more than microseconds. */
const MIN_SECONDS = 1e-6;

export const rate = (name: string, operations: number, seconds: number): Measurement => ({
  name,
  unit: "per second",
  value: round(operations / Math.max(seconds, MIN_SECONDS)),
  operations,
});

/** @param samples at least one. */
export function distribution(name: string, unit: "seconds" | "calls", samples: readonly number[]): Measurement {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (index: number): number => round(sorted[index] ?? Number.NaN);
  const middle = (sorted.length - 1) / 2;
  const value = round((at(Math.floor(middle)) + at(Math.ceil(middle))) / 2);
  return { name, unit, value, min: at(0), max: at(sorted.length - 1), operations: samples.length };
}

/** Three digits. More would be noise. */
const round = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
