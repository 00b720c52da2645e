import { worded } from "../../provider/engine/wording";
import { EntraError } from "../../provider/graph/errors";

const step = {
  verb: "create",
  noun: "agent identity",
  name: "payroll",
  permission: "AgentIdentity.Create.All",
} as const;

describe("what is advised when Graph forbids something", () => {
  it.each([
    [
      "Authorization_RequestDenied",
      "Grant AgentIdentity.Create.All to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet.",
    ],
    ["Directory_QuotaExceeded", "Objects count until they are deleted for good: make room."],
  ])("fits its reason: %s", (code, advice) => {
    const error = new EntraError("FORBIDDEN", "No.", { answer: { status: 403, code, requestId: "r-1" } });
    expect(worded(error, step).message).toBe(
      `cannot create agent identity "payroll": No. ${advice} [403 ${code}, request r-1]`,
    );
  });
});
