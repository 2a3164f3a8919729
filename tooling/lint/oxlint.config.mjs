/**
 * Lint rules. The layering of the packages is the table below: a package imports the workspace packages named with it,
 * and third-party packages that are not reserved for another package.
 */
const layers = {
  "packages/core": [],
  "packages/docker-translators": ["@openfactory/deploy-core"],
  "packages/docker-engine": ["@openfactory/deploy-core"],
  "packages/strategy-contract-tests": ["@openfactory/deploy-core"],
  "packages/strategy-memory": ["@openfactory/deploy-core"],
  "packages/app-file": ["@openfactory/deploy-core"],
  "packages/deployer": ["@openfactory/deploy-core"],
  "packages/create-strategy": [],
  "packages/strategy-local-docker": [
    "@openfactory/deploy-core",
    "@openfactory/docker-translators",
    "@openfactory/docker-engine",
  ],
  "packages/strategy-swarm": [
    "@openfactory/deploy-core",
    "@openfactory/docker-translators",
    "@openfactory/docker-engine",
  ],
  "tooling/test-engine": [],
  "apps/swarm-harness": ["@openfactory/deploy-core", "@openfactory/docker-engine", "@openfactory/test-engine"],
  "apps/cli": ["@openfactory/deploy-core", "@openfactory/app-file", "@openfactory/deployer"],
};

const workspace = [
  "@openfactory/deploy-core",
  "@openfactory/docker-translators",
  "@openfactory/docker-engine",
  "@openfactory/strategy-contract-tests",
  "@openfactory/strategy-memory",
  "@openfactory/strategy-local-docker",
  "@openfactory/strategy-swarm",
  "@openfactory/app-file",
  "@openfactory/deployer",
  "@openfactory/create-strategy",
  "@openfactory/test-engine",
  "@openfactory/swarm-harness",
  "ofdeploy",
];

/** Workspace packages of which a package imports types only. */
const typesOnly = {
  "packages/docker-engine": ["@openfactory/docker-translators"],
};

/** Third-party packages that one package alone may know. */
const owners = {
  dockerode: "packages/docker-engine",
  "docker-modem": "packages/docker-engine",
  "js-yaml": "packages/app-file",
  saxes: "packages/app-file",
  commander: "apps/cli",
};

/** The one file that may name the built-in strategies, to load them when they are asked for. */
const strategyNames = "**/apps/cli/src/{built-in-platforms,policy/verify-images}.ts";

const refuse = (names, message) => names.map((name) => ({ group: [name, `${name}/**`], message }));

const layerRule = ([folder, allowed]) => ({
  files: [`**/${folder}/src/**/*.ts`],
  excludeFiles: [`**/${folder}/src/**/*.test.ts`, strategyNames],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          ...refuse(
            workspace.filter((name) => !allowed.includes(name) && !typesOnly[folder]?.includes(name)),
            `${folder} may not import it: see the table of layers in tooling/lint/oxlint.config.mjs.`,
          ),
          ...refuse(typesOnly[folder] ?? [], `${folder} may import only types of it.`).map((pattern) => ({
            ...pattern,
            allowTypeImports: true,
          })),
          ...refuse(
            Object.keys(owners).filter((name) => owners[name] !== folder),
            "It is known in one package only: see owners in tooling/lint/oxlint.config.mjs.",
          ),
        ],
      },
    ],
  },
});

/**
 * The stages of a package, each a folder of its `src`. A file imports from its own stage and from those before it. Each
 * stage's own override repeats the rules of its package, because a later override replaces the options of a rule.
 */
const stages = {
  "packages/deployer": ["model", "check", "observe", "plan", "revert", "apply", "operations"],
};

const stageRules = ([folder, order]) =>
  order.map((stage, index) => {
    const rule = layerRule([folder, layers[folder]]);
    const [severity, { patterns }] = rule.rules["no-restricted-imports"];
    const later = order.slice(index + 1).map((name) => ({
      group: [`../${name}/**`, `../../${name}/**`],
      message: `${stage}/ may not import ${name}/, a later stage: see the table of stages in tooling/lint/oxlint.config.mjs.`,
    }));
    return {
      files: [`**/${folder}/src/${stage}/**/*.ts`],
      excludeFiles: rule.excludeFiles,
      rules: { "no-restricted-imports": [severity, { patterns: [...patterns, ...later] }] },
    };
  });

export default {
  plugins: ["typescript", "import", "unicorn", "oxc", "promise"],
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["**/dist/**", "**/node_modules/**"],
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-unassigned-import": "off",
    "no-console": "error",
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": "error",
    // Calls in order are often the point here: a container is created, connected, then started.
    "no-await-in-loop": "off",
    "no-shadow": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/require-module-specifiers": "off",
  },
  overrides: [
    ...Object.entries(layers).map(layerRule),
    ...Object.entries(stages).flatMap(stageRules),
    { files: ["**/tooling/**", "check-words.mjs", "**/apps/*/bin/**"], rules: { "no-console": "off" } },
  ],
};
