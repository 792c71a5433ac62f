import type * as pulumi from "./pulumi";

/** Every field of T as a Pulumi input. */
export type InputsOf<T> = { [K in keyof T]: pulumi.Input<T[K]> };
