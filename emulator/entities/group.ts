/** A group of the directory. */
import { asStored, type Entity } from "./entity";

export const group: Entity = {
  kind: "group",
  shows: asStored,
  set: "groups",
  indexed: [],
  filter: { displayName: ["eq", "startswith"], id: ["eq", "in"], groupTypes: ["any"] },
};
