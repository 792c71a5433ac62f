import { isProperties, type Properties } from "../values";
import { metadataOf, objectAt, withMetadata } from "./object";

const LABEL = "app.kubernetes.io/managed-by";

/** The inputs with the label that tells who manages an object; server-side apply has its own records for that. */
export function labelled(
  inputs: Properties,
  olds: Properties,
  { enableServerSideApply }: { enableServerSideApply: boolean },
) {
  const isNew = Object.keys(olds).length === 0;
  const wants = isNew ? !enableServerSideApply : objectAt(olds, "metadata", "labels")[LABEL] === "pulumi";
  const { labels = {} } = metadataOf(inputs);
  // What is not known yet can't be added to.
  if (!wants || !isProperties(labels)) return inputs;
  return withMetadata(inputs, { labels: { ...labels, [LABEL]: "pulumi" } });
}
