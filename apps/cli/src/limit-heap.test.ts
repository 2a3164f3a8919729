import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Prints the size of the heap in MB: with 100 MB of objects, and after they are dropped; twice. */
const SCRIPT = `
import { limitHeap } from ${JSON.stringify(new URL("limit-heap.ts", import.meta.url).href)};
const heap = () => process.memoryUsage().heapTotal / 2 ** 20;
const fill = (count) => Array.from({ length: count }, () => Array.from({ length: 2_000 }, (_, index) => ({ index })));
let held = fill(1_000);
const sizes = [heap()];
held = undefined;
await limitHeap();
sizes.push(heap());

held = fill(1_000);
sizes.push(heap());
held = undefined;
// V8 collects new objects meanwhile, and leaves the old ones in the heap.
for (let round = 0; round < 500 && heap() > sizes[2] / 2; round++) {
  held = fill(10);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
sizes.push(heap());
console.log(JSON.stringify(sizes));
`;

test("the heap is collected at once, and whenever it has grown", () => {
  const out = execFileSync(process.execPath, ["--input-type=module", "--eval", SCRIPT], { encoding: "utf8" });
  const [full, collected, fullAgain, collectedAgain] = JSON.parse(out) as [number, number, number, number];
  expect(full).toBeGreaterThan(80);
  expect(collected).toBeLessThan(full / 2);
  expect(fullAgain).toBeGreaterThan(80);
  expect(collectedAgain).toBeLessThanOrEqual(fullAgain / 2);
});
