/** Links to objects in request bodies. */
import { z } from "zod";

/** Body of `POST …/$ref`. */
export const reference = { resource: "Reference", schema: z.strictObject({ "@odata.id": z.string() }) };
