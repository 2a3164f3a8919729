/** Settings in the units of Docker's API, and the same in the units of the file. */
const UNITS: readonly (readonly [path: RegExp, format: (value: number) => string])[] = [
  [/(^stopGracePeriod|\.(Interval|Timeout|StartPeriod|StartInterval|Delay|Monitor|Window))$/, nanoseconds],
  [/(^shmSize|\.(MemoryBytes|SizeBytes))$/, bytes],
  [/\.NanoCPUs$/, (value) => `${value / 1e9}`],
];

/** A value as the file has it: `1s` for 1000000000 nanoseconds. @param path the path of the setting. */
export function inFileUnits(path: string, value: string): string {
  const format = UNITS.find(([pattern]) => pattern.test(path))?.[1];
  return format === undefined || !/^\d+$/.test(value) ? value : format(Number(value));
}

/** In the largest unit in which the value is a whole number. */
const inUnits =
  (units: readonly (readonly [name: string, size: number])[]) =>
  (value: number): string => {
    const [name, size] = units.find(([, each]) => value !== 0 && value % each === 0) ?? units.at(-1) ?? ["", 1];
    return `${value / size}${name}`;
  };

function nanoseconds(value: number): string {
  return inUnits([
    ["h", 3600e9],
    ["m", 60e9],
    ["s", 1e9],
    ["ms", 1e6],
    ["us", 1e3],
    ["ns", 1],
  ])(value);
}

function bytes(value: number): string {
  return inUnits([
    ["Gi", 1024 ** 3],
    ["Mi", 1024 ** 2],
    ["Ki", 1024],
    ["", 1],
  ])(value);
}
