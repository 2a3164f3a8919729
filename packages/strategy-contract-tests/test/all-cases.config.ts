import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const conditions = ["@openfactory/source", "node", "import", "default"];

/** Only lists the cases of the contract: see `collectCases`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ["all-cases.list.ts"] },
});
