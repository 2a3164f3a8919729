/** The highest API version known here. Source: Docker Engine 28.5. */
export const HIGHEST_API = "1.51";
/** The lowest API version that works here. Source: Docker Engine 19.03. */
export const LOWEST_API = "1.40";

const PATTERN = /^(\d+)\.(\d+)$/;

export const isApiVersion = (text: string): boolean => PATTERN.test(text);

/** Negative where `a` is the older, positive where it is the newer, 0 where they are the same. */
export function compareApi(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}

export const lowerApi = (a: string, b: string): string => (compareApi(a, b) <= 0 ? a : b);
