import { type DependencyContainer, injectable } from "tsyringe";

type Class = new (...parameters: never[]) => object;

const isClass = (value: unknown): value is Class => typeof value === "function";

/** What decorators note of a class: the types of its constructor's parameters, and the tokens that stand for them. */
const NOTES = ["design:paramtypes", "injectionTokens"] as const;

/**
 * Makes a container take classes whose decorators belong to another copy of tsyringe: each copy remembers the classes it
 * decorated where no other looks, but the metadata that it read is shared by all.
 */
export function adoptClasses(container: DependencyContainer): DependencyContainer {
  const register = container.register.bind(container) as (...given: unknown[]) => DependencyContainer;
  container.register = (token: unknown, provider: unknown, ...options: unknown[]) => {
    const adopted = new Set<unknown>();
    adopt(provider, adopted);
    adopt((provider as { useClass?: unknown } | undefined)?.useClass, adopted);
    return register(token, provider, ...options);
  };
  return container;
}

/** A class, and those that it is made with. */
function adopt(value: unknown, adopted: Set<unknown>): void {
  if (!isClass(value) || adopted.has(value) || !NOTES.some((note) => Reflect.hasOwnMetadata(note, value))) return;
  adopted.add(value);
  injectable()(value);
  const parameters: unknown[] = Reflect.getOwnMetadata("design:paramtypes", value) ?? [];
  for (const parameter of parameters) adopt(parameter, adopted);
}
