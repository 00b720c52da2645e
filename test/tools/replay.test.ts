import { readFileSync } from "node:fs";
import path from "node:path";
import { problemsOf } from "../../emulator/metadata/check";
import * as metadata from "../../emulator/metadata/metadata";
import graphPermissions from "../../emulator/data/graph-permissions.json";
import { profileChoices } from "../../emulator/switches/profiles";
import { openTenant } from "../../emulator/tenant";
import { explanations } from "../../tools/replay/explanations.mjs";
import { looseJson } from "../../tools/replay/loose-json.mjs";
import { replayer } from "../../tools/replay/replay.mjs";
import { lineOf, Summary } from "../../tools/replay/report.mjs";
import { readRows } from "../../tools/replay/rows.mjs";
import { selfTest } from "../../tools/replay/self-test.mjs";

const emulator = {
  openTenant,
  problemsOf,
  metadata,
  profileChoices,
  permissions: graphPermissions.permissions.map(([name]) => String(name)),
};
const examples = readFileSync(path.join(__dirname, "../../tools/replay/graph-examples.jsonl"), "utf8");
const { replay, asked, close } = replayer(emulator);
afterAll(() => close());

const exchange = {
  source: "a page",
  version: "v1.0",
  method: "GET",
  path: "/users/{id}",
  requestBody: null,
  status: 200,
  responseBody: { displayName: "String", id: "String (identifier)" },
};
const rowsOf = (...rows: object[]) => readRows(rows.map((row) => JSON.stringify(row)).join("\n"));
const differencesOf = async (change: object) => {
  const [row] = rowsOf({ ...exchange, ...change });
  return row ? (await replay(row)).differences.map(({ kind, property }) => `${kind} ${property}`.trim()) : [];
};

describe("the replay of documented exchanges", () => {
  test("finds every exchange of the repository's file in agreement or explained", async () => {
    const summary = new Summary();
    const open: string[] = [];
    for (const row of readRows(examples)) {
      const replayed = await replay(row);
      summary.add(replayed);
      const line = lineOf(replayed);
      if (line?.endsWith("UNEXPLAINED")) open.push(line);
    }
    expect(open).toEqual([]);
    expect(summary.explained * 10).toBeLessThanOrEqual(summary.replayed);
    expect(summary.toString()).toMatch(/^replayed 108, agree \d+, explained \d+, unexplained 0$/);
  });

  test("notices answers that have every name and no value", async () => {
    const hollow = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(hollow)
        : Object.fromEntries(
            Object.entries(value ?? {}).map(([name, one]) => [
              name,
              name === "value" && Array.isArray(one) ? one.map(hollow) : name.startsWith("@") ? one : null,
            ]),
          );
    const hollowed = replayer(emulator, (answer) =>
      answer.status < 300 && typeof answer.body === "object" && answer.body !== null
        ? { ...answer, body: hollow(answer.body) }
        : answer,
    );
    const shows = (body: unknown) =>
      JSON.stringify(body ?? {}).replace(/"@[^"]*":("[^"]*"|\[[^\]]*\]),?/g, "") !== "{}";
    const unnoticed: string[] = [];
    // A row that diverges is tried with every caller and profile, which takes time: every fifth stands for all. Of all, five go
    // unnoticed: they show nothing but words in place of values, or values of Graph's own making.
    for (const row of readRows(examples)
      .filter(({ status, responseBody }) => status < 300 && shows(responseBody))
      .filter((_row, at) => at % 5 === 0)) {
      const { differences, operation } = await hollowed.replay(row);
      if (differences.length === 0) unnoticed.push(operation);
    }
    hollowed.close();
    expect(unnoticed).toEqual([]);
  });

  test("notices an altered status, name and type, and does not mind other ids", async () => {
    // One of each: a read, a list, a create, a change, a refusal. `npm run replay -- --self-test` tries every row.
    const operations = new Set<string>();
    const rows = readRows(examples).filter(({ method, status, responseBody }) => {
      const sort = `${method} ${status} ${typeof responseBody === "object" && responseBody !== null && "value" in responseBody ? "list" : typeof responseBody}`;
      return !operations.has(sort) && operations.add(sort);
    });
    expect(await selfTest(rows, asked)).toEqual([]);
  });
});

describe("a documented exchange", () => {
  test("agrees when the answer has what the page shows", async () => {
    expect(await differencesOf({})).toEqual([]);
  });

  test("diverges by a property nobody knows, a wrong type, another status", async () => {
    expect(await differencesOf({ responseBody: { displayNme: "x" } })).toEqual([
      "unknown displayNme",
      "missing displayNme",
    ]);
    expect(await differencesOf({ responseBody: { displayName: 5 } })).toEqual([
      "documented-type displayName",
      "type displayName",
    ]);
    expect(await differencesOf({ status: 202 })).toEqual(["status"]);
  });

  test("is not excused when the tenant does not emulate it", async () => {
    expect(await differencesOf({ path: "/planner/plans", responseBody: null })).toEqual(["not-emulated"]);
  });

  test("presumes what its path, its body and its status say", async () => {
    const patch = { method: "PATCH", path: "/users/{id}", requestBody: { jobTitle: "x" }, responseBody: null };
    expect(await differencesOf({ ...patch, status: 204 })).toEqual([]);
    expect(await differencesOf({ ...patch, status: 404 })).toEqual([]);
    expect(await differencesOf({ ...patch, status: 403 })).toEqual([]);
    const manager = { "@odata.id": "https://graph.microsoft.com/v1.0/users/{id}" };
    const path = "/users/{id}/manager/$ref";
    expect(await differencesOf({ method: "PUT", path, requestBody: manager, status: 204, responseBody: null })).toEqual(
      [],
    );
    expect(await differencesOf({ method: "DELETE", path, status: 204, responseBody: null })).toEqual([]);
    const group = "/groups/{id}/members/{id}/$ref";
    expect(await differencesOf({ method: "DELETE", path: group, status: 204, responseBody: null })).toEqual([]);
  });

  test("with a key and 201 presumes nothing there, with 204 an object", async () => {
    const upsert = {
      method: "PATCH",
      path: "/applications(uniqueName='app-65278')",
      requestBody: { displayName: "x" },
      requestHeaders: { Prefer: "create-if-missing" },
    };
    expect(await differencesOf({ ...upsert, status: 201, responseBody: { displayName: "x" } })).toEqual([]);
    expect(await differencesOf({ ...upsert, status: 204, responseBody: null })).toEqual([]);
  });

  test("may show one object within value, and words for its values", async () => {
    const value = { displayName: "String", accountEnabled: "Boolean" };
    const path = "/users/{id}?$select=displayName,accountEnabled";
    expect(await differencesOf({ path, responseBody: { value } })).toEqual([]);
    expect(await differencesOf({ path, responseBody: { value: { displayNme: "x" } } })).toEqual([
      "unknown displayNme",
      "missing displayNme",
    ]);
  });

  test("that gives attributes, or rolls keys, presumes their definitions and a certificate", async () => {
    const customSecurityAttributes = {
      Engineering: {
        "@odata.type": "#microsoft.graph.customSecurityAttributeValue",
        Level: "Public",
        "Costs@odata.type": "#Collection(Int32)",
        Costs: [1001],
      },
    };
    const change = { method: "PATCH", path: "/servicePrincipals/{id}", requestBody: { customSecurityAttributes } };
    expect(await differencesOf({ ...change, status: 204, responseBody: null })).toEqual([]);
    const keyCredential = { type: "AsymmetricX509Cert", usage: "Verify", key: "MIIDYDCCAki..." };
    const body = { keyCredential, passwordCredential: null, proof: "eyJ0eXAiOiJ..." };
    const add = { method: "POST", path: "/applications/{id}/addKey", requestBody: body };
    expect(await differencesOf({ ...add, responseBody: null })).toEqual([]);
  });

  test("that was refused for being sent twice, or too often, is sent so", async () => {
    const post = { method: "POST", path: "/directory/attributeSets", requestBody: { id: "Engineering" } };
    expect(await differencesOf({ ...post, status: 409, responseBody: null })).toEqual([]);
  });
});

describe("a file of exchanges", () => {
  test.each([
    ["not JSON", '{"source": ', /^line 1: not JSON/],
    ["another form", '{"source": "x"}', /^line 1: version/],
    ["an unknown method", JSON.stringify({ ...exchange, method: "FETCH" }), /^line 1: method/],
    ["nothing", "\n\n", /^line 1: no documented exchange/],
  ])("that holds %s is refused by line", (_what, text, message) => {
    expect(() => readRows(text)).toThrow(message);
  });

  test("counts lines from one, empty ones too", () => {
    expect(() => readRows(`${JSON.stringify(exchange)}\n\n{}`)).toThrow(/^line 3: /);
  });

  test("may hold answers that are nearly JSON", () => {
    expect(looseJson('{"a": [1, 2,], // two\n "b": "x // y", ...}')).toEqual({ a: [1, 2], b: "x // y" });
    expect(looseJson('{"value": [{"id": "1"}\n{"id": "2"}]}')).toEqual({ value: [{ id: "1" }, { id: "2" }] });
    expect(looseJson("<html>")).toBeUndefined();
  });
});

test("explanations are about operations and properties, each with its reason, and name no id", () => {
  for (const { operations, properties, reason } of explanations) {
    for (const operation of operations) expect(operation).toMatch(/^(GET|POST|PATCH|PUT|DELETE) \/[\w/.${}]+$/);
    expect(properties).not.toEqual([]);
    expect(reason).toMatch(/\.$/);
    expect(JSON.stringify([operations, properties])).not.toMatch(/[0-9a-f]{8}-/);
  }
});
