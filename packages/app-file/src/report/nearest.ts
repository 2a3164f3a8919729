import { closestMatch } from "leven";

const LONGEST = 60;

/** A third of the letters may differ, and two letters that swapped places count as two: more is another word. */
const tolerance = (name: string): number =>
  Math.max(name.length < 4 ? 1 : 2, Math.floor(Math.min(name.length, LONGEST) / 3));

/** The known name that `name` was probably meant to be. */
export const nearest = (name: string, known: readonly string[]): string | undefined =>
  closestMatch(name.toLowerCase().replaceAll("-", "_"), known, { maxDistance: tolerance(name) }) ??
  closestMatch(name, known, { maxDistance: tolerance(name) });

/** `did you mean "image"?` */
export const didYouMean = (name: string, known: readonly string[]): string | undefined => {
  const match = nearest(name, known);
  return match === undefined ? undefined : `did you mean "${match}"?`;
};

/** A name from the file in quotes, shortened where it is very long. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name);
