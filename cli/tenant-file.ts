/** `entra-agent-id tenant export`, `import` and `seed`: a whole tenant, or objects to add, in one JSON file. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { accessTenant, NoTenant } from "./emulated-tenant";
import { exitCodes, type Terminal } from "./terminal";

export interface ExportOptions {
  readonly json?: true;
}

/** Writes the tenant to a file, or to the output where none is named. */
export async function tenantExport(
  file: string | undefined,
  { json }: ExportOptions,
  terminal: Terminal,
): Promise<number> {
  const tenant = await accessTenant(terminal, "export").catch((error: unknown) => {
    if (!(error instanceof NoTenant)) throw error;
    throw new Error("cannot export the emulated tenant: there is none in this project yet.", { cause: error });
  });
  try {
    const state = await tenant.exportState();
    const text = JSON.stringify(state, undefined, 2);
    if (file === undefined) {
      terminal.out(text);
      return exitCodes.done;
    }
    const to = path.resolve(terminal.cwd, file);
    try {
      writeFileSync(to, `${text}\n`);
    } catch (cause) {
      throw new Error(`cannot export to ${to}: ${(cause as Error).message}`, { cause });
    }
    const objects = state.objects.length;
    if (json) terminal.out(JSON.stringify({ file: to, id: tenant.id, objects }));
    else terminal.out(`${tenant.name}, tenant ${tenant.id}: ${objects} objects are in ${to}`);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

const wholeTenant = z.looseObject({ tenant: z.looseObject({ id: z.guid() }) });

export interface ImportOptions {
  /** The user means it. Without it nothing is changed. */
  readonly yes?: true;
  readonly json?: true;
}

/** Makes the tenant what the file says. What was in it is gone. */
export async function tenantImport(file: string, { yes, json }: ImportOptions, terminal: Terminal): Promise<number> {
  const state = jsonIn(file, terminal, "import");
  const { data: wanted } = wholeTenant.safeParse(state);
  if (!wanted)
    throw new Error(
      `cannot import ${file}: it has no \`tenant\`, so \`tenant export\` did not write it. To add its objects to a tenant: npx entra-agent-id tenant seed ${file}`,
    );
  const unlessMeant = (where: string): void => {
    if (!yes)
      throw new Error(
        `This replaces every object of the emulated tenant in ${where} with those of ${file}. Repeat with --yes to do it.`,
      );
  };
  // Where there was no tenant, the file's comes back as it was: stacks know it by its id.
  const tenant = await accessTenant(terminal, "import into", yes ? wanted.tenant.id : false).catch((error: unknown) => {
    if (error instanceof NoTenant) unlessMeant(error.directory);
    throw error;
  });
  try {
    unlessMeant(tenant.where);
    await tenant.importState(state);
    if (json) terminal.out(JSON.stringify({ where: tenant.where, id: tenant.id, imported: true }));
    else terminal.out(`The emulated tenant in ${tenant.where} was replaced by the contents of ${file}.`);
    if (!json && tenant.id !== wanted.tenant.id)
      terminal.out(`It stays tenant ${tenant.id}; the file was written by tenant ${wanted.tenant.id}.`);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

export interface SeedOptions {
  readonly json?: true;
}

/** Adds the objects of the file to the tenant. */
export async function tenantSeed(file: string, { json }: SeedOptions, terminal: Terminal): Promise<number> {
  const objects = jsonIn(file, terminal, "seed");
  const tenant = await accessTenant(terminal, "seed", true);
  try {
    await tenant.seed(objects);
    if (json) terminal.out(JSON.stringify({ where: tenant.where, id: tenant.id, seeded: true }));
    else terminal.out(`The objects of ${file} are in the emulated tenant in ${tenant.where}.`);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

function jsonIn(file: string, { cwd }: Terminal, verb: string): unknown {
  const from = path.resolve(cwd, file);
  try {
    return JSON.parse(readFileSync(from, "utf8"));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? `it is not JSON: ${cause.message}` : (cause as Error).message;
    throw new Error(`cannot ${verb} ${from}: ${why}`, { cause });
  }
}
