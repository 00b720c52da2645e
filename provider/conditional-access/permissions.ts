/** What every kind of Conditional Access needs. */
import type { Permissions } from "../engine/lifecycle";

const read = ["Policy.Read.All"];

/** One permission writes all of it, and Graph wants the one to read beside it. */
const write = ["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"];

export const permissions: Permissions = { read, create: write, change: write, remove: write };
