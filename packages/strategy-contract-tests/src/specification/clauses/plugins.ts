import { may, must, section } from "../clause.js";

const CORE =
  "It binds plugins and the registry that loads them, not a running strategy. Core's unit tests of `plugins/` cover it.";

export const pluginSection = section(
  "PLUGIN",
  "Plugins and versions",
  {
    types: ["StrategyPlugin"],
    introduction:
      "A strategy is found by name through a plugin: an object (`StrategyPlugin`) with `name`, `contractVersion`, `description`, `options` and `register`, which a package exports. These clauses are about the TypeScript implementation; another language has its own way to find a strategy.",
  },
  [
    must(
      1,
      "A plugin's `name` MUST consist of lowercase letters, digits and `-`, and begin with a letter or digit. It is the name of the platform.",
      [],
      { untested: CORE },
    ),
    must(
      2,
      "A package MUST declare its platforms in its `package.json`, under `openfactory.deploymentPlatforms`, by name with the path of the module that exports the plugin.",
      [],
      {
        untested: CORE,
      },
    ),
    must(
      3,
      "Loading the module MUST run no other code, and MUST NOT block: a module that does not load within 15 s is `PLUGIN_FAILED`.",
      [],
      { untested: CORE },
    ),
    must(
      4,
      "`options` MUST be a schema. Options that don't match it MUST be rejected with `INVALID_REQUEST`, and unknown options, too.",
      [],
      { untested: CORE },
    ),
    must(
      5,
      "`register` MUST register the strategy in the container that it gets, which belongs to this strategy only.",
      [],
      { untested: CORE },
    ),
    must(6, "An unknown name MUST be `UNKNOWN_PLATFORM`, with the known names in the message.", [], { untested: CORE }),
    must(7, "Two plugins with one name MUST be `CONFLICT`, with both origins in the message.", [], { untested: CORE }),
    must(
      8,
      "A plugin that throws while loading, exports no plugin, or registers no strategy MUST be `PLUGIN_FAILED`, and MUST NOT affect another plugin.",
      [],
      { untested: CORE },
    ),
    must(
      9,
      "`contractVersion` MUST be the version of the contract that the plugin was built for, as `major.minor`, or a range such as `1.0 - 1.2` of one major version; the number 1 means 1.0. Any other value is `PLUGIN_FAILED`.",
      [],
      { untested: CORE },
    ),
    must(
      10,
      "A plugin for another major version, or one that requires a later minor version, MUST be rejected with `PLUGIN_FAILED` and both versions in the message.",
      [],
      { untested: CORE },
    ),
    must(
      11,
      "A plugin for an earlier minor version MUST be used with what it knows: fields of a request that are newer never reach it and count as not supported, and newer capabilities as not declared.",
      [],
      {
        rationale: "A plant keeps a plugin that works, whatever the version of the program that loads it.",
        untested:
          "The suite has one version. A plugin that was packed at version 1.0 with its own copy of core is tested with the present one.",
      },
    ),
    must(
      12,
      "Within a major version, the contract MUST only grow: a minor version adds optional fields, capabilities, options, codes and events, and changes the meaning of none.",
      [],
      {
        rationale: "A strategy need not know what a later version adds, since its manifest says what it supports.",
        untested:
          "It binds this specification. The plugin that was packed at version 1.0 is tested with every later one.",
      },
    ),
    must(
      13,
      "A caller MUST accept codes of errors and warnings, types of events, and fields of results that it does not know.",
      [],
      { untested: "It binds callers. Tests of the command cover it." },
    ),
    may(14, "A plugin MAY bring its own copies of the libraries of this contract.", [], {
      untested:
        "It is a permission. `npm run check:packages` and the template of a strategy test it from packed tarballs.",
    }),
  ],
);
