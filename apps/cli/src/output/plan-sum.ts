import type { Plan } from "@openfactory/deployer";

/** What a plan comes to: `2 to create, 1 to change; 3 unchanged`. Resources and services count alike. */
export function planSum({ apps, orphans, resources }: Plan): string {
  const actions = [...apps, ...orphans, ...resources].map(({ action }) => action);
  const count = (action: (typeof actions)[number]): number => actions.filter((each) => each === action).length;
  const toDo = [
    [count("create"), "to create"],
    [count("update"), "to change"],
    [count("replace"), "to replace"],
    [count("adopt"), "to take over"],
    [count("remove"), "to remove"],
    [count("conflict"), count("conflict") === 1 ? "conflict" : "conflicts"],
  ] as const;
  const rest = [
    [count("unchanged"), "unchanged"],
    [count("keep"), "left there"],
  ] as const;
  const words = (counts: readonly (readonly [number, string])[]): string =>
    counts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])).join(", ");
  return [words(toDo) || "nothing to do", words(rest)].filter(Boolean).join("; ");
}
