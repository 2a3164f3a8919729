/**
 * Compares dotted version numbers by number, so that `1.9` is older than `1.41`. Missing parts count as 0.
 * @returns negative if `a` is older than `b`, positive if it is newer, 0 if they are equal.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
