/** What stands for a value that is not shown. */
export const MASK = "***";

/**
 * `scheme://user:password@`. OpenFactory's addresses of files, `github://owner:repo@ref/path`, have the same form and
 * hold no password: the name of the repository stands in its place.
 */
const PASSWORD = /((?<!(?<![\w+.-])github):\/\/[^\s/:@]*:)([^\s/@]+)@/gi;

/** The text without the passwords in its addresses, which are secret whether they are known or not. */
export const maskAddresses = (text: string): string => text.replace(PASSWORD, `$1${MASK}@`);

/** The passwords in the addresses of a text, as they are written. */
export const passwordsInAddresses = (text: string): string[] =>
  [...text.matchAll(PASSWORD)].map(([, , password = ""]) => password);
