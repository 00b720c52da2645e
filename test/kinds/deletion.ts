/** How others delete an object that goes to /directory/deletedItems. */
import type { Edit } from "./specimen";

export const deleteSoftly: Edit = { act: (tenant, { path }) => tenant.delete(path), deletes: "softly" };

export const purge: Edit = {
  async act(tenant, { path, id, objectId = id }) {
    await tenant.delete(path);
    await tenant.delete(`/directory/deletedItems/${objectId}`);
  },
  deletes: "for good",
};
