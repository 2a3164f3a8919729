import { isSecretName, MASK, maskText, maskWords, secretsOfEnvironment, secretsWithin } from "@openfactory/deploy-core";

/** A variable that stands for a secret value in a new file. */
export interface SecretVariable {
  name: string;
  /** The app whose value it is; the first, if several apps have the same value. */
  app: string;
  /** The key in the app that has the value: `environment.DB_PASSWORD`, `args[2]`. */
  key: string;
}

type Entry = Record<string, unknown>;

/** A file with keys is committed, so that more names count as secret than in messages. */
const KEY_NAME = /(?:^|[_.-])(?:key|keys|salt|cert|pem|dsn)$/i;

/** Keys and tokens that are recognized by their form: PEM, JSON Web Tokens, and those of GitHub, GitLab, AWS, Slack, Stripe. */
const KNOWN_FORM =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[sr]k_live_)\w{10,}|\bAKIA[0-9A-Z]{16}\b/;

/** Each part after a `{{`, from the `}}` that closes it. */
const withoutTemplates = (text: string): string =>
  text
    .split("{{")
    .map((part, index) => (index === 0 || !part.includes("}}") ? part : part.slice(part.indexOf("}}") + 2)))
    .join("");

const looksSecret = (text: string): boolean =>
  text !== "" && (KNOWN_FORM.test(text) || maskText(text) !== text || secretsWithin(withoutTemplates(text)).length > 0);

/** Names such as PWD are not secret, which `secretsOfEnvironment` knows. A value that it leaves out can be short. */
const isSecretVariable = (name: string, value: string): boolean =>
  value !== "" &&
  (looksSecret(value) || KEY_NAME.test(name) || secretsOfEnvironment({ [name]: value.padEnd(8, "x") }).length > 0);

const isSecretOption = (name: string, value: string): boolean =>
  value !== "" && (isSecretName(name) || looksSecret(value));

/** Which words of a command line look secret. */
function secretWords(words: readonly string[]): boolean[] {
  const masked = maskWords(words);
  return words.map((word, index) => word !== MASK && (masked[index] !== word || looksSecret(word)));
}

/**
 * Replaces the values of an app's entry that look secret by variables: values of `environment`, `labels`, log options and
 * driver options, and words of commands. The variable is named like the value, or after the app if another value has the name.
 */
export class SecretVariables {
  readonly #byName = new Map<string, { value: string; variable: SecretVariable }>();

  list(): SecretVariable[] {
    return [...this.#byName.values()].map(({ variable }) => variable);
  }

  /** @returns the entry without secret values. */
  replaceIn(app: string, entry: Entry): Entry {
    const options = (key: string, values: unknown, isSecret: (name: string, value: string) => boolean): Entry =>
      Object.fromEntries(
        Object.entries(values as Record<string, string>).map(([name, value]) => [
          name,
          isSecret(name, value) ? this.#variable(app, name, `${key}.${name}`, value) : value,
        ]),
      );
    const line = (key: string, words: unknown): unknown => {
      const all = typeof words === "string" ? [words] : (words as string[]);
      const secret = secretWords(all);
      const replaced = all.map((word, index) =>
        secret[index] ? this.#variable(app, `${app}_${key}_${index}`, `${key}[${index}]`, word) : word,
      );
      return typeof words === "string" ? replaced[0] : replaced;
    };
    const replacements: Record<string, (value: never) => unknown> = {
      environment: (values) => options("environment", values, isSecretVariable),
      labels: (values) => options("labels", values, isSecretOption),
      command: (words) => line("command", words),
      args: (words) => line("args", words),
      healthcheck: (check: Entry) =>
        check["test"] === undefined ? check : { ...check, test: line("healthcheck.test", check["test"]) },
      logging: (logging: Entry) =>
        logging["options"] === undefined
          ? logging
          : { ...logging, options: options("logging.options", logging["options"], isSecretOption) },
      storage: (storage: Record<string, Entry>) =>
        Object.fromEntries(
          Object.entries(storage).map(([name, each]) => [
            name,
            each["driver_opts"] === undefined
              ? each
              : {
                  ...each,
                  driver_opts: options(`storage.${name}.driver_opts`, each["driver_opts"], isSecretOption),
                },
          ]),
        ),
    };
    return Object.fromEntries(
      Object.entries(entry).map(([key, value]) => [
        key,
        value === undefined ? value : (replacements[key]?.(value as never) ?? value),
      ]),
    );
  }

  #variable(app: string, wanted: string, key: string, value: string): string {
    const known = this.#byName.get(variableName(wanted));
    const name =
      known === undefined || known.value === value ? variableName(wanted) : this.#freeName(`${app}_${wanted}`, value);
    if (!this.#byName.has(name)) this.#byName.set(name, { value, variable: { name, app, key } });
    return `\${${name}}`;
  }

  #freeName(wanted: string, value: string): string {
    for (let number = 1; ; number += 1) {
      const name = variableName(number === 1 ? wanted : `${wanted}_${number}`);
      const known = this.#byName.get(name);
      if (known === undefined || known.value === value) return name;
    }
  }
}

const variableName = (text: string): string =>
  text
    .toUpperCase()
    .replace(/[^A-Z0-9_]+/g, "_")
    .replace(/^(?=\d)/, "_");
