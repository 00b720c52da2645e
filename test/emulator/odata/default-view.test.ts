import fc from "fast-check";
import { entityOf } from "../../../emulator/entities";
import type { Surroundings } from "../../../emulator/entities/entity";
import { unset } from "../../../emulator/entities/user-properties";
import { project } from "../../../emulator/odata/projection";

describe("what reads of a user where nothing is selected", () => {
  it.each(["user", "agentUser"])("is the part of a whole %s that needs no $select, in the same order", (kind) => {
    const entity = entityOf(kind);
    const name = fc.constantFrom(
      ...Object.keys(unset),
      "createdDateTime",
      "licensedSkus",
      "extension_x_y",
      "extension_x_y@odata.type",
      "department@odata.type",
      "displayName@odata.type",
      "@odata.etag",
    );
    const body = fc.dictionary(name, fc.constantFrom("text", null, true));
    fc.assert(
      fc.property(body, fc.constantFrom("v1.0" as const, "beta" as const), (written, version) => {
        const object = { seq: 1, id: "id", kind, body: written, deletedDateTime: null };
        const around = { version } as Surroundings;
        const whole = project(entity.shows(object, around), undefined, kind, { onlyOnSelect: entity.onlyOnSelect });
        const byDefault = entity.showsByDefault?.(object, around) ?? {};
        expect(byDefault).toEqual(whole);
        expect(Object.keys(byDefault)).toEqual(Object.keys(whole));
      }),
    );
  });
});
