/** A type with optional keys where `undefined` was possible, and nothing `readonly`, all the way down. */
export type Defined<T> = T extends readonly (infer Item)[]
  ? Defined<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T as undefined extends T[Key] ? never : Key]: Defined<T[Key]> } & {
        -readonly [Key in keyof T as undefined extends T[Key] ? Key : never]?: Defined<Exclude<T[Key], undefined>>;
      }
    : T;

/**
 * A request body as engines answer it: any key may be missing, and null where it is no text; and a text may be
 * another than those of a request. Items of lists and values of maps are complete.
 */
export type Answered<Body> = Body extends readonly (infer Item)[]
  ? readonly Item[]
  : Body extends object
    ? string extends keyof Body
      ? Readonly<Body>
      : { readonly [Key in keyof Body]?: Answered<Body[Key]> | NullFor<Body[Key]> }
    : Body extends string
      ? string
      : Body;

type NullFor<Value> = Value extends string | undefined ? never : null;
