import { plugin } from "./plugin.js";

/**
 * The plugin for a program that has already loaded core, zod and tsyringe. The build bundles everything else into one
 * file (`tooling/bundle`), which loads in a few milliseconds. `requires` lists the exports that the program's modules must
 * have.
 */
export const requires: Readonly<Record<string, readonly string[]>> = {};

export const embed = (_modules: Readonly<Record<string, object>>): typeof plugin => plugin;
