import * as core from "@openfactory/deploy-core";
import * as tsyringe from "tsyringe";
import { z } from "zod";

/** What options are written with. All of zod would be three times as much to load. */
const forOptions = {
  array: z.array,
  boolean: z.boolean,
  coerce: z.coerce,
  enum: z.enum,
  literal: z.literal,
  number: z.number,
  object: z.object,
  record: z.record,
  strictObject: z.strictObject,
  string: z.string,
  union: z.union,
};

/** Modules that the command has loaded anyway, and lends to the built-in strategies. */
const modules: Readonly<Record<string, object>> = {
  "@openfactory/deploy-core": core,
  // What it does, core has had it do.
  "reflect-metadata": {},
  tsyringe,
  zod: { z: forOptions },
};

/** A strategy's `./hosted`: its plugin, once it is given the modules that it needs. */
export interface Hosted {
  readonly needs: Readonly<Record<string, readonly string[]>>;
  host(modules: Readonly<Record<string, object>>): object;
}

/** The plugin on our modules; undefined if it is of another version, and needs more than they have. */
export function hostPlugin({ needs, host }: Hosted): object | undefined {
  const isMet = Object.entries(needs).every(([id, names]) => names.every((name) => has(modules[id], name)));
  return isMet ? host(modules) : undefined;
}

/** @param path such as `z.string`. */
const has = (module: object | undefined, path: string): boolean =>
  path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], module) !==
  undefined;
