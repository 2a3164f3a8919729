import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";

type Method = (...args: unknown[]) => unknown;

/**
 * A strategy with other methods in place of its own. Other members, such as the manifest, are those of the strategy.
 * @param wrap receives each method, bound to the strategy, and returns the method to use.
 */
export function wrapMethods<Strategy extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Strategy,
  wrap: (property: PropertyKey, method: Method) => Method,
): Strategy {
  return new Proxy(strategy, {
    get(target, property) {
      // Private members require the strategy itself as the receiver.
      const member: unknown = Reflect.get(target, property, target);
      return typeof member === "function" && property !== "constructor"
        ? wrap(property, member.bind(target) as Method)
        : member;
    },
  });
}
