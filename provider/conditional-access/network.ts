/**
 * Networks in CIDR notation, in one spelling each: what Graph, the admin centre and a program write differently is no
 * difference.
 *
 * Source: RFC 5952 for IPv6; IPv4 has one spelling only.
 */
import { z } from "zod";

/** In lower case and with the longest run of zeros left out, as RFC 5952 has it: `2001:db8::/32`. Bits of a host stay. */
export function canonicalNetwork(network: string): string {
  const [address = "", length] = network.split("/");
  return `${canonicalAddress(address)}/${length}`;
}

/** The network that an address of it means: `203.0.113.0/24` for `203.0.113.7/24`. */
export function networkOf(network: string): string {
  const [address = "", length] = canonicalNetwork(network).split("/");
  const parts = partsOf(address);
  const width = isV6(address) ? 16 : 8;
  const kept = parts.map((part, index) => {
    const hostBits = Math.min(width, Math.max(0, width * (index + 1) - Number(length)));
    return (part >> hostBits) << hostBits;
  });
  return `${isV6(address) ? canonicalAddress(kept.map(hex).join(":")) : kept.join(".")}/${length}`;
}

export const isV6 = (network: string): boolean => network.includes(":");

/** Graph takes no network that is larger than /8. */
const isSmallEnough = (network: string): boolean => Number(network.split("/")[1]) >= 8;

export const network = z
  .union([z.cidrv4(), z.cidrv6()], `must be a network in CIDR notation, such as "203.0.113.0/24" or "2001:db8::/32"`)
  .refine(isSmallEnough, "must be a network of at least 8 bits: /8 or longer")
  .refine((given) => networkOf(given) === canonicalNetwork(given), {
    error: ({ input }) =>
      `must be a network, and "${String(input)}" is an address in one: for the network write "${networkOf(String(input))}"`,
  })
  .transform(canonicalNetwork);

/** As the WHATWG URL standard writes a host: it follows RFC 5952, with an embedded IPv4 address in hexadecimal. */
const canonicalAddress = (address: string): string =>
  isV6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

/** Bytes of an IPv4 address, groups of a canonical IPv6 address. */
function partsOf(address: string): number[] {
  if (!isV6(address)) return address.split(".").map(Number);
  const [before = [], after] = address.split("::").map((side) => (side === "" ? [] : side.split(":")));
  const zeros = after ? Array<string>(8 - before.length - after.length).fill("0") : [];
  return [...before, ...zeros, ...(after ?? [])].map((group) => parseInt(group, 16));
}

const hex = (group: number): string => group.toString(16);
