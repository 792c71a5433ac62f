import { isProperties, objectsOf, type Properties, textOf } from "../values";
import { at } from "./object";

/** Owns the fields of an object that has not been updated yet. */
export const CREATOR = "pulumi-kubernetes";

/** Who may have written an object that is applied now: their fields are taken over, so that they can be removed too. */
const TAKEN_OVER = new Set([
  `${CREATOR}/Update`,
  `${CREATOR}.exe/Update`,
  "pulumi-resource-kubernetes/Update",
  "kubectl/Apply",
  "kubectl/Update",
  "before-first-apply/Update",
]);

const ownerOf = ({ manager, operation }: Properties): string => `${textOf(manager)}/${textOf(operation)}`;

/** Who owns which fields of a live object. */
export const managedFieldsOf = (live: Properties): Properties[] => objectsOf(at(live, "metadata", "managedFields"));

/** Whether an object still belongs to the one that made it. */
export const isOwnedByCreator = (live: Properties): boolean =>
  managedFieldsOf(live).some((entry) => ownerOf(entry) === `${CREATOR}/Update`);

/** The owners of an object once all that earlier ones own is the manager's; undefined when that is so already. */
export function takenOver(live: Properties, manager: string): Properties[] | undefined {
  const isObject = ({ subresource }: Properties) => subresource === undefined;
  const entries = managedFieldsOf(live);
  const earlier = entries.filter((entry) => isObject(entry) && TAKEN_OVER.has(ownerOf(entry)));
  if (earlier.length === 0) return undefined;
  const own = entries.find((entry) => isObject(entry) && ownerOf(entry) === `${manager}/Apply`);
  const fields = [...(own ? [own] : []), ...earlier].map((entry) => fieldsOf(entry));
  const merged: Properties = {
    manager,
    operation: "Apply",
    apiVersion: live.apiVersion ?? "",
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    fieldsType: "FieldsV1",
    fieldsV1: fields.reduce(union),
  };
  return [...entries.filter((entry) => entry !== own && !earlier.includes(entry)), merged];
}

const fieldsOf = ({ fieldsV1 }: Properties): Properties => (isProperties(fieldsV1) ? fieldsV1 : {});

/** Sets of fields are written as trees whose leaves are empty. */
function union(one: Properties, other: Properties): Properties {
  const both: Properties = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const had = both[key];
    both[key] = isProperties(had) && isProperties(value) ? union(had, value) : value;
  }
  return both;
}
