/** People of the emulated tenant, and how a reader sees who stands for an object. */
import fc from "fast-check";
import type { Tenant } from "../../provider/graph/tenant";
import type { Edit } from "./specimen";

export const [diego, johanna, nestor, amara] = [
  "diego.siciliani@contoso.com",
  "johanna.lorenz@contoso.com",
  "nestor.wilke@contoso.com",
  "amara.okafor@contoso.com",
] as const;

/** Object id of the account that tests sign in as, in every emulated tenant: what it creates it owns. */
export const automation = "348d2f13-06c6-4b25-85a1-3cc5a5bd298b";

/** Nestor is nobody whom a program names at random: others do. */
export const somePeople = fc.subarray([diego, johanna, amara], { minLength: 1 });

/** @returns undefined for a set that nobody declared */
export const asSet = (names: readonly string[] | undefined): string[] | undefined => names && [...names].sort();

export const idOf = async (tenant: Pick<Tenant, "get">, user: string): Promise<string> =>
  (await tenant.get<{ id: string }>(`/users/${user}?$select=id`)).id;

/** User principal names behind a relation. */
export async function peopleAt(tenant: Pick<Tenant, "list">, path: string): Promise<string[]> {
  const people = await tenant.list<{ id: string; userPrincipalName?: string }>(path);
  return people.map(({ id, userPrincipalName }) => userPrincipalName ?? id).sort();
}

/** The same without the account that created the object, which is no user: it is an owner too, as the profile has it. */
export async function usersAt(tenant: Pick<Tenant, "list">, path: string): Promise<string[]> {
  return (await peopleAt(tenant, path)).filter((name) => name.includes("@"));
}

/** Somebody else answers for it from now on. */
export const changeSponsors: Edit = {
  async act(tenant, { path }) {
    const there = await tenant.list<{ id: string; userPrincipalName: string }>(`${path}/sponsors`);
    if (!there.some(({ userPrincipalName }) => userPrincipalName === nestor))
      await tenant.post(`${path}/sponsors/$ref`, { "@odata.id": tenant.url(`/users/${await idOf(tenant, nestor)}`) });
    await tenant.delete(`${path}/sponsors/${there[0]?.id ?? ""}/$ref`);
  },
};
