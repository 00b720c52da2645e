import fc from "fast-check";
import { longestRule, parseMembershipRule } from "../../emulator/entities/membership-rule";
import { GraphRefusal } from "../../emulator/refusal";

const ada = { department: "Engineering", country: "DE", accountEnabled: true, jobTitle: null, displayName: "Ada L" };
const fits = (rule: string) => parseMembershipRule(rule)(ada);

describe("a membership rule", () => {
  it.each([
    ['user.department -eq "engineering"', true],
    ["user.department -eq 'Engineering'", true],
    ['user.department -ne "Engineering"', false],
    ['user.department eq "Engineering"', true],
    ['user.department -startsWith "Eng"', true],
    ['user.department -notStartsWith "Eng"', false],
    ['user.department -contains "gin"', true],
    ['user.department -notContains "gin"', false],
    ['user.displayName -endsWith " l"', true],
    ["user.accountEnabled -eq true", true],
    ["user.jobTitle -eq null", true],
    ["user.jobTitle -ne null", false],
    ['user.jobTitle -contains "x"', false],
    ['user.country -in ["AT", "DE"]', true],
    ['user.country -notIn ["AT", "DE"]', false],
    ['-not (user.country -eq "AT")', true],
    ['user.country -eq "AT" -and user.accountEnabled -eq true -or user.department -eq "Engineering"', true],
    ['user.country -eq "AT" -and (user.accountEnabled -eq true -or user.department -eq "Engineering")', false],
    ['(user.department -eq "Engineering") and not(user.country -eq "FR")', true],
    ['user.displayName -eq "Ada `"L`""', false],
  ])("%s", (rule, expected) => {
    expect(fits(rule)).toBe(expected);
  });

  const status = (rule: string) => {
    try {
      parseMembershipRule(rule);
      return 0;
    } catch (error) {
      return error instanceof GraphRefusal ? error.status : -1;
    }
  };

  it.each([
    "",
    "user.department",
    "user.department -eq",
    'user.department -eq "x" -and',
    '(user.city -eq "x"',
    "user.city -in []",
  ])("is refused when it is none: %s", (rule) => {
    expect(status(rule)).toBe(400);
  });

  it.each([
    'user.assignedPlans -any (x -eq "y")',
    'device.deviceOSType -eq "iOS"',
    "user.memberof -any (group.id -in ['x'])",
    'user.city -match "^A"',
  ])("is not emulated where the language goes further: %s", (rule) => {
    expect(status(rule)).toBe(501);
  });

  it("agrees with and, or and not of its parts, however they are nested", () => {
    const comparison = fc.constantFrom<readonly [string, boolean]>(
      ['user.country -eq "DE"', true],
      ['user.country -eq "FR"', false],
      ['user.department -contains "x"', false],
      ["user.accountEnabled -eq true", true],
    );
    const { rule } = fc.letrec<{ rule: readonly [string, boolean] }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 6 },
        comparison,
        fc.tuple(tie("rule"), tie("rule")).map(([a, b]) => [`(${a[0]}) -and (${b[0]})`, a[1] && b[1]] as const),
        fc.tuple(tie("rule"), tie("rule")).map(([a, b]) => [`(${a[0]}) -or (${b[0]})`, a[1] || b[1]] as const),
        tie("rule").map(([text, value]) => [`-not (${text})`, !value] as const),
      ),
    }));
    fc.assert(
      fc.property(rule, ([text, value]) => {
        expect(fits(text)).toBe(value);
      }),
    );
  });

  it("either is read or refused, whatever stands there", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect([0, 400, 501]).toContain(status(text));
      }),
    );
    expect(longestRule).toBe(3072);
  });
});
