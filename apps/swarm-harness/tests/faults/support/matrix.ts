import { randomBytes } from "node:crypto";
import { type CellNumber, type Selection, selectCells } from "./cells.js";
import { type Operation, OPERATIONS } from "./operations.js";
import type { FaultPlatform } from "./platforms.js";
import { type CellResult, Lane } from "./run-cell.js";

/** Projects that run at the same time on one engine. Most cells wait for a time limit. */
const LANES = Number(process.env["FAULTS_LANES"] ?? 3);

/** The selected operations, in the order in which they were named. */
export function operationsOn(
  platform: Pick<FaultPlatform, "isSwarm">,
  { operations = OPERATIONS.map(({ name }) => name) }: Selection,
): Operation[] {
  return operations.flatMap((wanted) =>
    OPERATIONS.filter(({ name, only }) => name === wanted && (only === undefined || platform.isSwarm)),
  );
}

export interface Handlers {
  /** Whether a cell is left out. */
  skip?: (cell: CellNumber) => boolean;
  /** Called after each run. */
  onResult?: (result: CellResult) => void;
}

/** Runs an operation once for each of its calls and each fault. */
export async function runOperation(
  platform: FaultPlatform,
  operation: Operation,
  selection: Selection,
  { skip = () => false, onResult = () => {} }: Handlers = {},
): Promise<CellResult[]> {
  const id = randomBytes(3).toString("hex");
  const removable = new Set<string>();
  // No name is the start of another one: a lane removes all that has its name.
  const nameOf = (index: number): string => `fault-${id}-${String(index).padStart(3, "0")}`;
  const lanes = Array.from({ length: LANES }, (_, index) => new Lane(platform, nameOf(index), removable));
  try {
    const [first] = lanes;
    if (first === undefined) return [];
    const observed = await first.observe(operation);
    const cells = selectCells(observed.calls.length, selection).filter((cell) => !skip(cell));
    const results: CellResult[] = [];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let cell = cells.shift(); cell !== undefined; cell = cells.shift()) {
          const result = await lane.run(operation, observed, cell);
          results.push(result);
          onResult(result);
          if (result.defects.length > 0) process.stdout.write(`${describeResult(result)}\n`);
        }
      }),
    );
    return results;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

export const describeResult = ({
  platform,
  operation,
  call,
  path,
  fault,
  exitCode,
  tookMs,
  defects,
}: CellResult): string =>
  `${platform}: ${operation}, call ${call} (${path}), ${fault}: exit code ${exitCode}, ${tookMs} ms: ${defects.join("; ")}`;
