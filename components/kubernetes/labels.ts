import { createHash } from "node:crypto";
import * as pulumi from "../pulumi";

/** The recommended labels of one server's objects. Source: kubernetes.io/docs/concepts/overview/working-with-objects/common-labels. */
export interface Labels {
  [label: string]: string;
}

/** Labels that tell a server's pods from all others of the cluster. They are part of a Deployment's identity and never change. */
export function selectorLabels(name: string): Labels {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance() };
}

/** All labels of an object. */
export function labels(name: string, component: string): Labels {
  return {
    ...selectorLabels(name),
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": labelValue(pulumi.getProject()),
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Labels by which this stack's pods of one kind are found. */
export const peerLabels = (component: string): Labels => ({
  "app.kubernetes.io/instance": instance(),
  "app.kubernetes.io/component": component,
});

/** A name that no other stack has, and that is the same each time. */
export const stackName = (name: string): string =>
  `${name}-${createHash("sha256").update(instance()).digest("hex").slice(0, 8)}`;

/** This stack of this project, so that equal servers of two stacks can share a namespace. */
const instance = (): string => labelValue(`${pulumi.getProject()}-${pulumi.getStack()}`);

/** A text as a label's value: at most 63 letters, digits, dots, dashes and underscores. What is cut off stays apart by a hash. */
export function labelValue(text: string): string {
  const value = text.replace(/[^A-Za-z0-9._-]/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  if (value === text && value.length <= 63) return value;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${value.slice(0, 54)}-${hash}`;
}
