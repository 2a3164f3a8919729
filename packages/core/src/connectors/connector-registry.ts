import { isSchema } from "../plugin/plugin-kind.js";
import { PluginRegistry } from "../plugin/plugin-registry.js";
import type { ConnectorPlugin } from "./connector-plugin.js";

/** The connectors that are known, by `connector.type`. */
export class ConnectorRegistry extends PluginRegistry<ConnectorPlugin> {
  constructor() {
    super({
      kind: "connector",
      label: "connector plugin",
      subject: "connector",
      definedBy: "defineConnectorPlugin",
      unknown: "UNKNOWN_PLUGIN",
      flaw: ({ build, schema }) => {
        if (typeof build !== "function") return "it has no build function";
        return isSchema(schema) ? undefined : "its schema is not a zod schema";
      },
    });
  }
}
