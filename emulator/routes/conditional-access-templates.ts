/** /identity/conditionalAccess/templates: policies that Microsoft suggests. Beta only. */
import data from "../data/conditional-access-templates.json";
import { project } from "../odata/projection";
import { oneObject } from "../odata/query-rule";
import { notFound } from "../refusal";
import { keyOf, type Route, route } from "../route";
import { policyRead } from "./conditional-access";

const type = "conditionalAccessTemplate";

const shared = {
  versions: ["beta"],
  permissions: policyRead,
  answers: type,
  query: oneObject,
  differs: [
    "Only the three templates for agents are there.",
    "v1.0 does not answer: it has neither their scenario nor the members for agents.",
    "The description of the template for high risk is ours.",
  ],
} as const;

/** ENT writes the path without `/identity` as well. */
const routesAt = (all: string): Route[] => [
  route({
    ...shared,
    method: "GET",
    path: all,
    basis: "prose",
    source: "REF conditionalaccessroot-list-templates; captured answers of beta",
    answer: ({ base, query }) => ({
      status: 200,
      body: {
        "@odata.context": `${base}/$metadata#identity/conditionalAccess/templates`,
        value: data.templates.map((template) => project(template, query.select, type)),
      },
    }),
  }),
  route({
    ...shared,
    method: "GET",
    path: `${all}/{template}`,
    basis: "example",
    source: "captured answers of beta",
    answer(context) {
      const id = keyOf(context, "template");
      const found = data.templates.find((template) => template.id === id.toLowerCase());
      if (!found) throw notFound(id);
      const { base, query } = context;
      const shown = project(found, query.select, type);
      return {
        status: 200,
        body: { "@odata.context": `${base}/$metadata#identity/conditionalAccess/templates/$entity`, ...shown },
      };
    },
  }),
];

export const conditionalAccessTemplateRoutes: Route[] = [
  ...routesAt("/identity/conditionalAccess/templates"),
  ...routesAt("/conditionalAccess/templates"),
];
