import { plugin } from "./plugin.js";

/**
 * The plugin for a program that has core, zod and tsyringe loaded already. `tooling/bundle` builds it as one file with all other
 * dependencies, which loads in a few milliseconds. `requires` names the exports that it uses of the program's modules.
 */
export const requires: Readonly<Record<string, readonly string[]>> = {};

export const embed = (_modules: Readonly<Record<string, object>>): typeof plugin => plugin;
