import * as random from "@pulumi/random";
import * as pulumi from "../../pulumi";

/** A password that is made once and kept in the stack's state, as a secret. */
export const generated = (name: string, parent: pulumi.Resource): pulumi.Output<string> =>
  pulumi.secret(new random.RandomPassword(name, { length: 32, special: false }, { parent }).result);
