import { ConnectorRegistry } from "@openfactory/deploy-core";

const ORIGIN = "@openfactory/app-file";

/** OpenFactory's own connectors: plugins as any other, loaded when a file asks for them. */
const BUILT_IN = {
  mtconnect: () => import("./mtconnect/connector.js"),
  opcua: () => import("./opcua.js"),
  shdr: () => import("./shdr.js"),
} as const;

/** A registry that knows OpenFactory's own connectors. Others can be declared in it. */
export function builtInConnectors(): ConnectorRegistry {
  const registry = new ConnectorRegistry();
  for (const [name, load] of Object.entries(BUILT_IN)) registry.declare({ name, origin: ORIGIN, load });
  return registry;
}
