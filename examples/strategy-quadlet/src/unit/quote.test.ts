import { expect, test } from "vitest";
import { escapeExpansions, isPlain, quoteWord, quoteWords } from "./quote.js";

test("quoteWord() leaves plain words as they are, and quotes all others", () => {
  expect(quoteWords(["sh", "-c", "a=b:/c,d@e+f~g"])).toBe("sh -c a=b:/c,d@e+f~g");
  expect(quoteWord("two words")).toBe('"two words"');
  expect(quoteWord(`a"b'c\\d`)).toBe(`"a\\"b'c\\\\d"`);
});

test("quoteWord() escapes line breaks and control characters, so that a word is one line", () => {
  expect(quoteWord("a\nb\r\nc\td")).toBe('"a\\nb\\r\\nc\\td"');
  expect(quoteWord("\u0001\u007f")).toBe('"\\x01\\x7f"');
  for (let code = 0; code < 128; code += 1) expect(quoteWord(`a${String.fromCharCode(code)}b`)).not.toMatch(/[\n\r\0]/);
});

test("quoteWord() escapes specifiers and variables of systemd", () => {
  expect(quoteWord("100% $HOME ${HOME} %n $$")).toBe('"100%% $$HOME $${HOME} %%n $$$$"');
  expect(escapeExpansions("%$")).toBe("%%$$");
});

test("quoteWord() writes an empty word and a lone semicolon as variables", () => {
  expect(quoteWords(["a", "", ";", "b"])).toBe("a ${OPENFACTORY_EMPTY} ${OPENFACTORY_SEMICOLON} b");
  expect(quoteWord("a;b")).toBe('"a;b"');
});

test("isPlain() refuses each character that systemd or Quadlet interprets", () => {
  for (const char of [..." \t\n\r\"'\\$%;#[]{}()<>|&*?!`^ä", ""])
    expect(isPlain(char === "" ? "" : `a${char}`), char).toBe(false);
});
