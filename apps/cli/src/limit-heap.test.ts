import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Fills 10 MB of the heap, drops them, and so on, 40 times. Prints the largest size of the heap in MB. */
const FILL = `
let held;
let largest = 0;
for (let round = 0; round < 40; round++) {
  held = Array.from({ length: 100 }, () => Array.from({ length: 2_000 }, (_, index) => ({ index, round })));
  largest = Math.max(largest, process.memoryUsage().heapTotal);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(largest / 2 ** 20, held.length);
`;

const largestMb = (script: string): number =>
  Number.parseFloat(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }));

test("the heap stays small although V8 would let it grow", () => {
  const module = JSON.stringify(new URL("limit-heap.ts", import.meta.url).href);
  const limited = largestMb(`import { limitHeap } from ${module}; await limitHeap(); ${FILL}`);
  expect(limited).toBeLessThan(largestMb(FILL) / 2);
});
