import { plugin } from "./plugin.js";

/**
 * The plugin for a program that has core, zod and tsyringe loaded already: built, it is one file with all the rest in it
 * (`tooling/bundle`), which loads in a few milliseconds. `needs` names what the host's modules must have.
 */
export const needs: Readonly<Record<string, readonly string[]>> = {};

export const host = (_modules: Readonly<Record<string, object>>): typeof plugin => plugin;
