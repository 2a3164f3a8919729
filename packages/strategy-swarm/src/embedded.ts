import { plugin } from "./plugin.js";

/**
 * The plugin for a program that has already loaded core, zod and tsyringe. The build bundles everything else into one
 * file (`tooling/bundle`), which loads in a few milliseconds. `needs` lists the exports that the program's modules must
 * have.
 */
export const needs: Readonly<Record<string, readonly string[]>> = {};

export const host = (_modules: Readonly<Record<string, object>>): typeof plugin => plugin;
