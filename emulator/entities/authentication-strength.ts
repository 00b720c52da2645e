/** authenticationStrengthPolicy: the built-in ones. A policy names one by id and reads back the whole. */

const phishingResistant = ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];
const passwordless = [...phishingResistant, "deviceBasedPush"];

const builtIn = {
  createdDateTime: "2021-12-01T08:00:00Z",
  modifiedDateTime: "2021-12-01T08:00:00Z",
  policyType: "builtIn",
  requirementsSatisfied: "mfa",
};

export const authenticationStrengths = [
  {
    id: "00000000-0000-0000-0000-000000000002",
    ...builtIn,
    displayName: "Multifactor authentication",
    description: "Every combination of methods that counts as multifactor authentication",
    allowedCombinations: [
      ...passwordless,
      "temporaryAccessPassOneTime",
      "temporaryAccessPassMultiUse",
      "password,microsoftAuthenticatorPush",
      "password,softwareOath",
      "password,hardwareOath",
      "password,x509CertificateSingleFactor",
      "password,x509CertificateMultiFactor",
      "password,sms",
      "password,voice",
      "federatedMultiFactor",
      "microsoftAuthenticatorPush,federatedSingleFactor",
      "softwareOath,federatedSingleFactor",
      "hardwareOath,federatedSingleFactor",
      "sms,federatedSingleFactor",
      "voice,federatedSingleFactor",
    ],
  },
  {
    id: "00000000-0000-0000-0000-000000000003",
    ...builtIn,
    displayName: "Passwordless MFA",
    description: "Methods without a password that count as multifactor authentication",
    allowedCombinations: passwordless,
  },
  {
    id: "00000000-0000-0000-0000-000000000004",
    ...builtIn,
    displayName: "Phishing-resistant MFA",
    description: "Methods without a password that withstand phishing",
    allowedCombinations: phishingResistant,
  },
] as const;
