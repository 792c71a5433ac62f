import * as pulumi from "../pulumi";
import { InvalidInputError, validateImageReference } from "../server";

/**
 * The image of a service, once it is known to be the same one tomorrow.
 * @throws InvalidInputError otherwise; at once where the name is plain
 */
export function pinnedImage(image: pulumi.Input<string>): pulumi.Input<string> {
  if (typeof image !== "string") return pulumi.output(image).apply((known) => checked(known));
  return checked(image);
}

function checked(image: string): string {
  const { problems } = validateImageReference(image, "image");
  if (problems.length > 0) throw new InvalidInputError(problems);
  return image;
}
