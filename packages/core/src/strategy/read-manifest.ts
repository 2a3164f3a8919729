import type { Limitation, StrategyManifest } from "./manifest.js";

/**
 * A manifest with the names of core 0.x, which plugins for contract version 1 may still use. Remove this file with contract
 * version 2.
 */
export interface LegacyManifest extends Omit<StrategyManifest, "supportedFields" | "limitations"> {
  readonly honours: StrategyManifest["supportedFields"];
  readonly unhonoured: readonly LegacyLimitation[];
}

type LegacyLimitation = Omit<Limitation, "appliesTo" | "whenEveryNetwork"> & {
  holdsFor?: Limitation["appliesTo"];
  onEveryNetwork?: Limitation["whenEveryNetwork"];
};

/**
 * Reads a manifest with present or legacy names.
 * @returns the same object if it has the present names. Otherwise a copy with both: a plugin that brings its own copy of an older
 * core reads the legacy names from it.
 */
export function readManifest(manifest: StrategyManifest | LegacyManifest): StrategyManifest {
  if (!isLegacy(manifest)) return manifest;
  return {
    ...manifest,
    supportedFields: manifest.honours,
    limitations: manifest.unhonoured.map((part) => ({
      ...part,
      ...(part.holdsFor && { appliesTo: part.holdsFor }),
      ...(part.onEveryNetwork && { whenEveryNetwork: part.onEveryNetwork }),
    })),
  };
}

const isLegacy = (manifest: StrategyManifest | LegacyManifest): manifest is LegacyManifest =>
  "honours" in manifest && !("supportedFields" in manifest);

/** Gives a strategy with a legacy manifest the present names. Its other properties are unchanged. */
export function withReadableManifest<Strategy extends { readonly manifest: StrategyManifest }>(
  strategy: Strategy,
): Strategy {
  const value = readManifest(strategy.manifest);
  if (value !== strategy.manifest) {
    Object.defineProperty(strategy, "manifest", { value, enumerable: true, configurable: true, writable: true });
  }
  return strategy;
}
