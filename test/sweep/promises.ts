/** What must hold of the tenant at every moment, and not only at the end. */
import { specimens } from "../kinds";
import type { Look } from "./scenario";

export const promises: Look = (objects) => specimens.flatMap(({ always }) => [...(always?.(objects) ?? [])]);
