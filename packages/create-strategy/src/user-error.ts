/** What the user can put right: a sentence that says what is wrong, and one that says what to do. */
export class UserError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
