import { numberOf, objectsOf, type Properties, textOf } from "../../values";
import type { Cluster } from "../cluster";
import { at, metadataOf, objectAt } from "../object";

/** How far an object is. */
export interface Readiness {
  ready: boolean;
  /** Shown while it is waited for. */
  status?: string;
  /** What keeps it from being ready. */
  problems: string[];
  /** Waiting can't help any more. */
  failed?: boolean;
}

/** What readiness is read from. */
export interface Look {
  cluster: Cluster;
  live: Properties;
  /** Whether it is a look at one moment, which waits for nothing to settle. */
  once: boolean;
  /** Milliseconds since the wait began. */
  waited: number;
  isUpdate: boolean;
}

/** How a kind gets ready. What `start` gives back is asked again and again, and may remember what it saw. */
export interface Awaiter {
  start(): (look: Look) => Readiness | Promise<Readiness>;
  /** Seconds that can't be set otherwise. */
  fixedTimeout?: number;
  /** Whether a refresh looks too. */
  onRefresh: boolean;
}

export const READY: Readiness = { ready: true, problems: [] };

/** A condition of an object's status. */
export const conditionOf = (object: Properties, type: string): Properties | undefined =>
  objectsOf(at(object, "status", "conditions")).find((one) => one.type === type);

export const isTrue = (condition: Properties | undefined): boolean => condition?.status === "True";

/** Whether the controller has seen the object's newest generation. */
export const isObserved = (object: Properties): boolean =>
  numberOf(at(object, "status", "observedGeneration")) >= numberOf(at(object, "metadata", "generation"));

export const statusNumber = (object: Properties, key: string): number => numberOf(objectAt(object, "status")[key]);

export const isOwnedBy = (object: Properties, owner: Properties): boolean =>
  objectsOf(metadataOf(object).ownerReferences).some(({ uid }) => textOf(uid) === textOf(metadataOf(owner).uid));
