/** A whole number. TypeScript has no type for it; languages that have one get it from the package's schema. */
export type Integer = number;
