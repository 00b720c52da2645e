import { aBlueprint, anIdentity, inMemory } from "./client";
test("smoke", async () => {
  const t0 = Date.now();
  const { ask, tenant } = inMemory();
  const f = await aBlueprint(ask);
  console.log(Date.now() - t0, JSON.stringify(f.blueprint), JSON.stringify(f.principal));
  const i = await anIdentity(ask, f);
  console.log(JSON.stringify(i.body));
  for (const p of ["GET /servicePrincipals/"+i.body.id, "GET /servicePrincipals/"+i.body.id+"/sponsors", "GET /organization", "GET /servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'&$select=id,displayName", "GET /foo/bar", "GET /users?$top=2", "DELETE /servicePrincipals/"+i.body.id, "GET /directory/deletedItems/microsoft.graph.servicePrincipal", "GET /roleManagement/directory/roleDefinitions?$filter=displayName eq 'AI Administrator'"]) {
    const r = await ask(p); console.log(p, r.status, JSON.stringify(r.body));
  }
  const t1=Date.now(); for (let k=0;k<200;k++) await anIdentity(ask,f); console.log("200 identities", Date.now()-t1);
  console.log(tenant.requests().length);
});
